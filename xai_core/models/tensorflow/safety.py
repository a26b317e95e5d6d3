"""Which operations of a graph run without trust: those that only compute, by a list.

A TensorFlow graph is a program, and its runtime gives it all that the user may do. So the names of
its operations are read first, and TensorFlow sees no graph that is refused. The list is
`operations.txt`, which `scripts/tensorflow_operations.py` writes by a rule; what reaches out by its
name (files, processes, the network, Python, the process' end) never gets on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from xai_core.base.finding import Finding
from xai_core.models.tensorflow.nodes import Graph, Node

LIST = Path(__file__).with_name("operations.txt")
REACHES_OUT = re.compile(
    r"File|Dataset|Reader|PyFunc|Checkpoint|Summary|Rpc|Remote|Collective|Debug|Remap|Snapshot"
    r"|Server|Tpu|TPU|Session|Heartbeat|Iterator|(Send|Recv)(V2)?$|(Save|Saver)$|Proto(V2)?$"
    r"|^ImmutableConst$|^Abort$|^Copy(Host)?$|^DumpTensor$|^ImportEvent$|^RecordInput$"
    r"|^Skipgram$|^FixedUnigram|^DTensorRestore|^_"
)
KNOWN = frozenset({"_Arg", "_Retval", "_FusedConv2D", "_FusedMatMul"})
SAVERS = frozenset(
    {
        "Save",
        "SaveV2",
        "SaveSlices",
        "Restore",
        "RestoreV2",
        "RestoreSlice",
        "MergeV2Checkpoints",
        "ShardedFilename",
        "ShardedFilespec",
    }
)
STREAMS = frozenset({"", "stderr", "stdout", "log(info)", "log(warning)", "log(error)"})


def unsafe(graph: Graph, roots: frozenset[str] | None) -> Finding | None:
    """The first operation that reaches out of the model, as a finding.

    Args:
        roots: nodes and functions that are run; what saves and restores weights may stand beside
            them, never below them. None refuses it anywhere.
    """
    run = None if roots is None else set(_reached(graph, roots))
    for node in graph.everything():
        if node.op in SAVERS:
            if run is not None and node not in run:
                continue
        elif _computes(node, graph):
            continue
        return _finding(node)
    return None


@cache
def computing() -> frozenset[str]:
    """The operations that only compute."""
    return frozenset(LIST.read_text(encoding="utf-8").split())


def _computes(node: Node, graph: Graph) -> bool:
    if node.op in KNOWN or node.op in graph.functions:
        return True
    return node.op in computing() and not _reaches_out(node)


def _finding(node: Node) -> Finding:
    what = "is none of those that only compute"
    if node.op in SAVERS or _reaches_out(node):
        what = "reaches out of the model: it reads or writes files, or calls other programs"
    return Finding(
        "unsafe-code",
        "error",
        f"The graph's operation {node.op} ({node.name!r}) {what}.",
        "Do not use this file. If you trust where it comes from, load it with trust.",
    )


def _reaches_out(node: Node) -> bool:
    return bool(REACHES_OUT.search(node.op)) or node.target.strip() not in STREAMS


def _reached(graph: Graph, roots: frozenset[str]) -> Iterator[Node]:
    """Every node that the roots run, through functions too."""
    done: set[str] = set()
    nodes = list(graph.before(*roots).values())
    waiting = [name for name in roots if name in graph.functions]
    while nodes or waiting:
        for node in nodes:
            yield node
            waiting += [name for name in (node.op, *node.calls) if name in graph.functions]
        nodes = []
        while waiting:
            name = waiting.pop()
            if name not in done:
                done.add(name)
                nodes += graph.functions[name]

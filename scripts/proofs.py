"""Which test proves which method or metric, against what and on which networks.

Read from the marks of the tests, which are not run and not imported:

    @pytest.mark.proof("saliency", by="Captum", on=("layered", "functional"))

The names are those of the registries; `on` names networks of the test, none for a metric that asks
no model. A word may be a constant of the test's file that is written out, so that one list says
what is tried and what is told.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("tests/attribution", "tests/scores")
LIBRARIES = ("Captum", "Quantus", "torchcam", "zennit", "SciPy", "scikit-image", "scikit-learn")
INDEPENDENT = (*LIBRARIES, "a plain version", "finite differences", "a closed form")
SUMS = ("completeness", "conservation")  # what a method's own numbers add up to


@dataclass(frozen=True)
class Proof:
    """One mark: a method or metric, what it is compared with, and on what.

    Attributes:
        by: one of INDEPENDENT or SUMS. on: the networks. test: `file::name`, from the root.
        unknown: words of the mark that the test and what it uses do not know.
    """

    subject: str
    by: str
    on: tuple[str, ...]
    test: str
    unknown: tuple[str, ...] = ()


def proofs(root: Path = ROOT) -> tuple[Proof, ...]:
    """Every mark in the tests of methods and metrics, in the order of their files."""
    files = (path for folder in FOLDERS for path in sorted((root / folder).rglob("test_*.py")))
    return tuple(
        proof
        for path in files
        if "mark.proof(" in (text := path.read_text(encoding="utf-8"))
        for proof in _of_file(ast.parse(text), path.relative_to(root).as_posix())
    )


def by_subject(found: tuple[Proof, ...]) -> Mapping[str, list[Proof]]:
    """The same by method or metric."""
    sorted_out: dict[str, list[Proof]] = defaultdict(list)
    for proof in found:
        sorted_out[proof.subject].append(proof)
    return sorted_out


def told(found: list[Proof]) -> tuple[str, str]:
    """Cells of a table: what it is compared with, and the tests' files."""
    nets: dict[str, dict[str, None]] = {}
    for proof in sorted(found, key=lambda one: (*INDEPENDENT, *SUMS).index(one.by)):
        nets.setdefault(proof.by, {}).update(dict.fromkeys(proof.on))
    against = [f"{by} ({', '.join(on)})" if on else by for by, on in nets.items()]
    files = dict.fromkeys(proof.test.partition("::")[0] for proof in found)
    return "; ".join(against), ", ".join(f"`{file.removeprefix('tests/')}`" for file in files)


def _of_file(tree: ast.Module, name: str) -> Iterator[Proof]:
    known = _top(tree)
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef) or not function.name.startswith("test_"):
            continue
        marks = [one for one in function.decorator_list if isinstance(one, ast.Call)]
        marks = [one for one in marks if _is_mark(one)]
        words = _words(function, known) if marks else set()
        for mark in marks:
            subjects = [word for one in mark.args for word in _read(one, known)]
            given = {one.arg: _read(one.value, known) for one in mark.keywords}
            (by,), on = given["by"], given.get("on", [])
            for subject in subjects:
                unknown = tuple(word for word in (subject, *on) if word not in words)
                yield Proof(subject, by, tuple(on), f"{name}::{function.name}", unknown)


def _is_mark(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.proof"


def _top(tree: ast.Module) -> dict[str, ast.AST]:
    """What stands at the top of a file, by name."""
    found: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            targets = (name for one in node.targets for name in ast.walk(one))
            found |= {one.id: node.value for one in targets if isinstance(one, ast.Name)}
    return found


def _read(node: ast.AST, known: Mapping[str, ast.AST]) -> list[str]:
    """The words that an argument stands for; a dictionary stands for its keys."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.Starred):
        return _read(node.value, known)
    if isinstance(node, ast.Name) and node.id in known:
        return _read(known[node.id], known)
    if isinstance(node, ast.Tuple | ast.List):
        return [word for one in node.elts for word in _read(one, known)]
    if isinstance(node, ast.Dict):
        return [word for one in node.keys if one is not None for word in _read(one, known)]
    raise ValueError(f"Write out what a proof names: {ast.unparse(node)} can't be read.")


def _words(function: ast.FunctionDef, known: Mapping[str, ast.AST]) -> set[str]:
    """Names and texts in a test without its marks, and in what it uses of its file."""
    rest = [one for one in function.decorator_list if not _is_mark(one)]
    left: list[ast.AST] = [*rest, function.args, *function.body]
    words: set[str] = set()
    while left:
        for node in ast.walk(left.pop()):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            for word in (getattr(node, "id", None), getattr(node, "attr", None)):
                if isinstance(word, str) and word not in words:
                    words.add(word)
                    left += [known[word]] if word in known else []
    return words

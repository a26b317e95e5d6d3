"""Lists TensorFlow's operations that only compute: `python -m scripts.tensorflow_operations`.

TensorFlow's own interpreter says what each operation takes, gives and is told. On the list is what
takes and gives numbers, keeps no state, and is told no text of its own; and, by name, what holds
numbers or texts in the memory of the graph itself. Written is
xai_core/models/tensorflow/operations.txt.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from xai_core.models.tensorflow.environment import interpreter
from xai_core.models.tensorflow.safety import LIST, REACHES_OUT, SAVERS

ASK = """
import json
from tensorflow.core.framework import op_def_pb2, types_pb2
from tensorflow.python.client import pywrap_tf_session as session

found = op_def_pb2.OpList()
found.ParseFromString(session.TF_GetBuffer(session.TF_GetAllOpList()))
told = []
for op in found.op:
    args = [*op.input_arg, *op.output_arg]
    kinds = {types_pb2.DataType.Name(a.type)[3:].lower() for a in args}
    texts = [a.name for a in op.attr
             if a.type in ("string", "list(string)") and not a.HasField("allowed_values")]
    kinds |= {"reference"} if any(a.is_ref for a in args) else set()
    told.append({"name": op.name, "stateful": op.is_stateful, "kinds": sorted(kinds),
                 "texts": texts})
print(json.dumps(told))
"""
HELD = {"string", "resource", "variant", "reference"}
"""Kinds of values that are no numbers."""
WORDS = frozenset(
    [
        "bad_indices_policy",
        "dst_format",
        "equation",
        "fill_mode",
        "frame_name",
        "input_order",
        "interpolation",
        "kernel_type",
        "message",
        "noise",
        "row_partition_types",
        "set_operation",
        "src_format",
    ]
)
"""What an operation may be told in words: how it computes."""
NO_MODEL = re.compile(r">|^(Xla|Nccl|DTensor|Boosted|Mlir|Risc|Test|Dummy|Infeed|Outfeed|Sdca|Neg)")
"""Of other devices, of other tasks, and of TensorFlow's own tests."""
NAMED = re.compile(
    r"(AutoReload|Temporary)?Variable(V2)?|DestroyTemporaryVariable|VarHandleOp|VariableShape"
    r"|(Read|Assign|AssignAdd|AssignSub)VariableOp|VarIsInitializedOp|IsVariableInitialized"
    r"|Assign(Add|Sub)?|DisableCopyOnRead|GuaranteeConst|CountUpTo|ResourceCountUpTo"
    r"|(Resource)?(Sparse)?Apply\w+|(Resource)?Scatter\w+|(Resource)?StridedSliceAssign"
    r"|ResourceGather(Nd)?|Ref(Enter|Exit|Identity|Merge|NextIteration|Select|Switch)"
    r"|(Stateful)?PartitionedCall|If|While|Case|Assert|CheckNumerics(V2)?|Empty|DeepCopy"
    r"|Print(V2)?|StringFormat|Timestamp"
    r"|Random(Crop|Gamma|PoissonV2|Poisson|Shuffle|StandardNormal|Uniform|UniformInt)"
    r"|(Parameterized)?TruncatedNormal|Multinomial|Stateful(Random|Standard|Truncated|Uniform)\w*"
    r"|StatelessRandomGetAlg|RngSkip|RngReadAndSkip|NonDeterministicInts"
    r"|SampleDistortedBoundingBox(V2)?|CudnnRNN\w*"
    r"|(Anonymous)?(Mutable)?(Dense)?HashTable(V2|OfTensors|OfTensorsV2)?|InitializeTable(V2)?"
    r"|LookupTable(Find|Import|Insert|Export|Remove|Size)(V2)?"
    r"|TensorArray\w*|TensorList\w*|TensorMap\w*|EmptyTensor(List|Map)|Stack(Push|Pop|Close)?(V2)?"
    r"|Ragged\w+|\w*SparseMatrix\w*|Optional(FromValue|GetValue|HasValue|None)"
    r"|(FIFO|PaddingFIFO|Priority|RandomShuffle)Queue(V2)?"
    r"|Queue(Close|Dequeue|DequeueMany|DequeueUpTo|Enqueue|EnqueueMany|IsClosed|Size)(V2)?"
    r"|(Decode|Encode)(AndCrop)?(Png|Jpeg|Bmp|Gif|Image|WebP|Raw|PaddedRaw|Base64|CSV)"
    r"|ExtractJpegShape|AsString|ReduceJoin|Substr|Fingerprint|Parse(Tensor|\w*Example\w*)"
    r"|SerializeTensor|(Static)?Regex(FullMatch|Replace)|String\w+|Unicode\w+|UnsortedSegmentJoin"
    r"|SparseCrossV2|DeserializeManySparse"
)
"""What keeps its values in the graph's memory, calls the graph's functions, or reads texts."""


def computes(op: Mapping[str, Any]) -> bool:
    """Whether an operation only computes, by what TensorFlow says of it."""
    name = op["name"]
    if REACHES_OUT.search(name) or NO_MODEL.search(name) or name in SAVERS:
        return False
    plain = not op["stateful"] and not HELD.intersection(op["kinds"])
    return (plain and WORDS.issuperset(op["texts"])) or bool(NAMED.fullmatch(name))


def operations() -> Sequence[str]:
    """The names, in order, as the installed TensorFlow has them."""
    python = interpreter()
    if python is None:
        raise SystemExit("Run `make tensorflow` first.")
    done = subprocess.run(  # noqa: S603 - its own words
        [str(python), "-c", ASK], capture_output=True, text=True, check=True
    )
    return sorted(op["name"] for op in json.loads(done.stdout.splitlines()[-1]) if computes(op))


def main() -> int:
    """Write the list."""
    found = operations()
    LIST.write_text("".join(f"{name}\n" for name in found), encoding="utf-8")
    print(f"{len(found)} operations")
    return 0


if __name__ == "__main__":
    sys.exit(main())

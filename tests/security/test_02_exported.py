"""Exported programs without trust: their JSON is read and never evaluated."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.security.programs import MODEL, WEIGHTS, Change, changed, node, replaced, sound
from tests.security.scripts import Entries, two_ends, zipped
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model

pytestmark = pytest.mark.filterwarnings("ignore")
THEFT = "__import__('pathlib').Path('{0}').touch()"
SYMBOL = "Symbol('s77', positive=True, integer=True)"
OPERATORS = (
    *("builtins.exec", "os.system", "torch.load", "torch.hub.load", "torch.save", "math.factorial"),
    *("torch.ops.load_library", "torch.ops.aten.from_file.default", "_operator.attrgetter"),
    *("_operator.pow", "_operator.lshift", "_operator.setitem", "#ns:op", "torch.utils._pytree"),
    *("torch.ops.aten.set_.source_Tensor", "torch.ops.aten._sparse_coo_tensor_unsafe.default"),
    *("torch.ops.higher_order.cond", "torch.ops.image.read_file.default", "torch.jit.load"),
    *("torch.ops.aten.conv2d.default\nimport os", "torch.ops.aten..default", "", "exec"),
    *("torch.ops.aten._reshape_alias.default", "torch.ops.inductor.accumulate_grad_.default"),
)
POWERS = f"Pow(Pow({SYMBOL}, Integer(8)), Integer(8))"
SIZES = {
    "call": THEFT,
    "attribute": "Symbol.__init__.__globals__",
    "hidden in a name": "Symbol(\"s77'+" + THEFT + "+'\")",
    "power without end": "Pow(Integer(9), Integer(999999999))",
    "powers of powers": POWERS,
    "power of numbers": "Pow(Integer(4611686018427387904), Integer(8))",
    "shift": "LShift(Integer(1), Integer(99999999999))",
    "lambda": "Lambda(Symbol('s1'), Symbol('s1'))",
    "text": "'x'",
    "huge number": "Integer(" + "9" * 400 + ")",
    "deep": "Add(" * 3000 + "Integer(1)" + ")" * 3000,
    "minus": "-" * 3000 + "1",
    "wide": "Add(" + ", ".join(["Integer(1)"] * 900) + ")",
    "other words": "Symbol('s77', commutative=False)",
    "unusual symbol": "Symbol('x y')",
}


def _into(place: str, value: Any) -> Change:
    """Sets what `a/b/0` leads to."""

    def change(document: Any) -> None:
        *path, last = [int(part) if part.isdecimal() else part for part in place.split("/")]
        for part in path:
            document = document[part]
        document[last] = value

    return change


GRAPH, CALLS = "graph_module/graph", "graph_module/module_call_graph/0/signature"
NAMED = 'x"); {0}; ("'
OTHERS: dict[str, Change] = {
    "name of an operator": lambda d: node(d).update(name=NAMED.format(THEFT)),
    "name is a keyword": lambda d: node(d).update(name="lambda"),
    "name of an argument": _into(f"{CALLS}/forward_arg_names", [f"x={THEFT}"]),
    "name of a layer": _into("graph_module/module_call_graph/1/fqn", f'body"+{THEFT}+"'),
    "layer of torch": _into("graph_module/module_call_graph/1/fqn", "__class__.forward"),
    "layer of an operator": lambda d: node(d)["metadata"].update(nn_module_stack=f"a,{THEFT},b"),
    "keyword of the call": _into(
        f"{CALLS}/in_spec",
        '[1, {"type": "builtins.tuple", "context": "null", "children_spec": ['
        '{"type": "builtins.tuple", "context": "null", "children_spec": []}, {"type": '
        '"builtins.dict", "context": "[\\"x=1): pass #\\"]", "children_spec": '
        '[{"type": null, "context": null, "children_spec": []}]}]}]',
    ),
    "class of the output": _into(
        f"{CALLS}/out_spec",
        '[1, {"type": "collections.defaultdict", "context": "[\\"os.system\\", []]", '
        '"children_spec": []}]',
    ),
    "nesting of another version": _into(f"{CALLS}/out_spec", '[2, {"type": "os.system"}]'),
    "named tuples": _into("graph_module/treespec_namedtuple_fields", {"os.x": {"field_names": []}}),
    "objects": _into(f"{GRAPH}/custom_obj_values", {"a": {"name": "a", "class_fqn": "os.x"}}),
    "operator as argument": lambda d: node(d)["inputs"][0].update(arg={"as_operator": "os.system"}),
    "object as argument": lambda d: node(d)["inputs"][0].update(
        arg={"as_custom_obj": {"name": "a", "class_fqn": "b"}}
    ),
    "graph as argument": lambda d: node(d)["inputs"][0].update(arg={"as_graph": {}}),
    "text as argument": lambda d: node(d)["inputs"][0].update(arg={"as_string": THEFT}),
    "two kinds at once": lambda d: node(d)["inputs"][0].update(arg={"as_none": True, "as_int": 1}),
    "symbols without end": _into("range_constraints", {"u99999999": {"min_val": 1, "max_val": 2}}),
    "checker": _into("verifiers", ["os.system"]),
    "another version": _into("schema_version/major", 9),
    "unknown entry": _into("hooks", ["os.system"]),
    "another device": lambda d: _first_meta(d).update(device={"type": "os", "index": None}),
    "sparse": lambda d: _first_meta(d).update(layout=2),
    "wild type": lambda d: _first_meta(d).update(dtype=99),
}


def _first_meta(document: Any) -> Any:
    return next(iter(document["graph_module"]["graph"]["tensor_values"].values()))


def refused(path: Path, code: str) -> None:
    """Opening says so, and so does looking into it."""
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert caught.value.code == code
    assert code in [one.code for one in inspect_file(path).findings] or "torch" in str(caught.value)


def written(path: Path, entries: Entries, canary: Path) -> None:
    path.write_bytes(
        zipped({name: data.replace(b"{0}", str(canary).encode()) for name, data in entries.items()})
    )


def test_the_honest_file_opens(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(zipped(sound()))
    assert not inspect_file(tmp_path / "m").needs_trust
    module = load_model(tmp_path / "m").module
    assert module is not None
    assert module(torch.rand(3, 3, 12, 8))["logits"].shape == (3, 4)


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_beyond_the_list_need_trust(operator: str, tmp_path: Path) -> None:
    entries = changed(lambda document: node(document).update(target=operator))
    written(tmp_path / "m", entries, tmp_path / "canary")
    refused(tmp_path / "m", "needs-trust")


@pytest.mark.parametrize("kind", SIZES)
def test_sizes_are_not_evaluated(kind: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    written(tmp_path / "m", replaced(SYMBOL, SIZES[kind]), canary)
    refused(tmp_path / "m", "needs-trust")
    assert not canary.exists()


def test_the_canary_sings(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    written(tmp_path / "m", replaced(SYMBOL, SIZES["call"]), canary)
    with pytest.raises(ModelError):
        load_model(tmp_path / "m", LoadOptions(trust=True))
    assert canary.exists()


@pytest.mark.parametrize("kind", OTHERS)
def test_names_and_kinds_beyond_the_grammar_need_trust(kind: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    written(tmp_path / "m", changed(OTHERS[kind]), canary)
    refused(tmp_path / "m", "needs-trust")
    assert not canary.exists()


def test_names_of_tensors_are_plain(tmp_path: Path) -> None:
    for name in ('body.0.weight");x=("', "__class__.forward", "forward", "body._modules", "x y"):
        entries = replaced("body.0.weight", name)
        entries[WEIGHTS] = replaced("body.0.weight", name, WEIGHTS)[WEIGHTS]
        written(tmp_path / "m", entries, tmp_path / "canary")
        refused(tmp_path / "m", "needs-trust")
    assert torch.nn.Module.forward is not None


def test_what_only_tells_of_its_making_is_left_out(tmp_path: Path) -> None:
    canary = tmp_path / "canary"

    class Touch:
        def __reduce__(self) -> Any:
            return (open, (str(canary), "w"))

    def change(document: Any) -> None:
        document["guards_code"] = [THEFT, "L['x'].size()[0] == 1"]
        document["graph_module"]["metadata"] = {"custom": THEFT}
        for one in document["graph_module"]["graph"]["nodes"]:
            one["metadata"].update(
                stack_trace=THEFT, custom=THEFT, source_fn_stack=f"a,{THEFT}", from_node=THEFT
            )

    hostile = io.BytesIO()
    torch.save(Touch(), hostile)
    entries = {**changed(change), "m/data/sample_inputs/model.pt": hostile.getvalue()}
    written(tmp_path / "m", entries, canary)
    module = load_model(tmp_path / "m").module
    assert module is not None
    module(torch.rand(1, 3, 8, 8))
    assert not canary.exists()


def _config(**fields: Any) -> Entries:
    return changed(lambda d: d["config"]["body.0.weight"].update(fields), WEIGHTS)


def _meta(**fields: Any) -> Entries:
    return changed(lambda d: d["config"]["body.0.weight"]["tensor_meta"].update(fields), WEIGHTS)


def test_records_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    canary, sizes = tmp_path / "canary", [{"as_int": 2**20}] * 4
    record = next(name for name in sound() if name.endswith("weight_0"))
    files = {
        "short": {**sound(), record: bytes(8)},
        "empty": {**sound(), record: b""},
        "odd": {**sound(), record: sound()[record] + b"x"},
        "wild sizes": _meta(sizes=sizes),
        "wild strides": _meta(strides=sizes),
        "negative stride": _meta(strides=[{"as_int": -1}] * 4),
        "wild offset": _meta(storage_offset={"as_int": 2**40}),
        "negative offset": _meta(storage_offset={"as_int": -4}),
        "open size": _meta(sizes=[{"as_expr": {"expr_str": SYMBOL, "hint": None}}] * 4),
        "other type": _meta(dtype=8),
        "pickle": {**_config(use_pickle=True), record: pickle.dumps(0)},
        "elsewhere": _config(path_name="../../../etc/passwd"),
        "another record": _config(path_name="model_weights_config.json"),
        "no records": {key: data for key, data in sound().items() if key != record},
    }
    codes = {}
    for kind, entries in files.items():
        written(tmp_path / "m", entries, canary)
        try:
            load_model(tmp_path / "m")
        except ModelError as error:
            codes[kind] = error.code
    assert not files.keys() - codes.keys()
    assert {*codes.values()} == {"corrupt-file", "needs-trust"}


def test_archives_that_are_read_in_two_ways_are_refused(tmp_path: Path) -> None:
    path, hostile = tmp_path / "m", changed(_into("verifiers", ["ATEN"]))
    files = {
        "two ends": two_ends(sound(), hostile),
        "both cases": zipped({**sound(), "m/MODELS/model.json": hostile[MODEL]}),
        "comment": zipped(sound())[:-2] + b"\x04\x00abcd",
        "other folder": zipped({**sound(), "n/models/model.json": b"{}"}),
    }
    for kind, data in files.items():
        path.write_bytes(data)
        for trust in (False, True):
            with pytest.raises(ModelError) as caught:
                load_model(path, LoadOptions(trust=trust))
            assert caught.value.code == "unsafe-code", kind


def test_entries_of_another_kind_need_trust(tmp_path: Path) -> None:
    for name in ("m/data/constants/custom_obj_0", "m/extra.pkl", "m/models/other.json"):
        (tmp_path / "m").write_bytes(zipped({**sound(), name: b"x"}))
        refused(tmp_path / "m", "needs-trust")

"""TorchScript, scripted, traced or frozen: it has gradients, and its layers after conversion."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.base.storage.zips import zip_names
from xai_core.models import export_hint
from xai_core.models.conversion.proven_layers import hidden_layers, with_layers
from xai_core.models.fixed_inputs import fix_inputs
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.peek.digest import digest
from xai_core.models.peek.script_code import baked_in, is_trace, optimised, traced_shape
from xai_core.models.quantised import quantised_script
from xai_core.models.script.archive import read_code, script_objects
from xai_core.models.script.trust import beyond_computing, check_words, import_operators

MOBILE = b"PTMF"
PACKED = Finding(
    "inference-format",
    "error",
    "This TorchScript was optimised for inference or for a phone: its weights are packed for one "
    "processor, and there is no gradient through that.",
    "Save the module before torch.jit.optimize_for_inference or optimize_for_mobile.",
)
FIXED = "with inputs fixed, it is not converted."


@FORMATS.register
class TorchScript(Format):
    """Its code runs in torch's own interpreter; without trust only operators that compute."""

    name = "torchscript"
    title = "TorchScript"
    order = 15
    fixes_inputs = True
    better = export_hint.SCRIPT

    def recognise(self, path: Path) -> bool:
        """As the contract says."""
        names = zip_names(path) or ()
        constants = any(re.fullmatch(r"[^/]+/constants\.pkl", name) for name in names)
        code = any(re.fullmatch(r"[^/]+/(code/.+|bytecode\.pkl)", name) for name in names)
        return (constants and code) or _is_flat(path)

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        size = digest(path)
        if _is_flat(path):
            return Inspection(self.name, size.size, size.sha256, findings=(PACKED,))
        code = read_code(path)
        finding = beyond_computing(code, script_objects(path))
        unusable = [PACKED] if _packed(code) else [] if finding is None else [finding]
        return Inspection(
            format=self.name,
            size=size.size,
            sha256=size.sha256,
            facts={"Code files": str(len(code)), "Kind": _kind(path)},
            needs_trust=bool(unusable) and not _packed(code),
            findings=(*unusable, *baked_in(code, is_trace(path)), hidden_layers(self.title)),
        )

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says; code that does more than compute only after trust."""
        import torch

        from xai_core.models.conversion.fitting import spec_of
        from xai_core.models.conversion.script_graph import (
            TIME_LIMIT,
            converter_version,
            script_graph,
        )
        from xai_core.models.hidden_model import hidden_model
        from xai_core.models.precision import to_float32
        from xai_core.models.script.graph import check_graph

        code = _usable_code(path, options.trust)
        import_operators(code)
        script = torch.jit.load(path, map_location="cpu").eval()  # type: ignore[no-untyped-call]
        if not options.trust:
            check_graph(script)
        precision = to_float32(script)
        wanted = options.input_spec.shape if options.input_spec else traced_shape(path)
        spec = options.input_spec or spec_of(wanted)
        module = fix_inputs(script, options.other_inputs, spec)
        findings = (
            *([precision] if precision else []),
            *quantised_script(code),
            *baked_in(code, is_trace(path)),
        )
        hidden, shape = hidden_model(
            path, inspection, options, module, wanted, "torch.jit.load", findings
        )
        if options.other_inputs:
            return replace(hidden, findings=(*hidden.findings, hidden_layers(self.title, FIXED)))
        seconds = TIME_LIMIT * options.patience
        converters = {converter_version(): lambda shape: script_graph(path, shape, seconds)}
        return with_layers(hidden, self.title, converters, shape, options.patience)


def _usable_code(path: Path, trust: bool) -> dict[str, bytes]:
    """The source, if it is there and only computes, or is trusted.

    Raises:
        ModelError: `inference-format`, `unsafe-code` or `corrupt-file`.
    """
    code = {} if _is_flat(path) else read_code(path)
    objects = {} if _packed(code) else script_objects(path)
    refused = PACKED if _packed(code) else None if trust else beyond_computing(code, objects)
    if refused is not None:
        raise ModelError(refused.message, refused.hint, code=refused.code)
    if not trust:
        check_words(code)
    return code


def _kind(path: Path) -> str:
    names = zip_names(path) or ()
    if any(name.endswith("/bytecode.pkl") for name in names):
        return "mobile (lite interpreter)"
    if is_trace(path):
        return "traced"
    return "scripted" if any("/data/" in name for name in names) else "frozen"


def _packed(code: dict[str, bytes]) -> bool:
    """No source at all, or weights that are packed for one processor."""
    return not code or optimised(code)


def _is_flat(path: Path) -> bool:
    """The flat file of the mobile interpreter."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(8)[4:] == MOBILE

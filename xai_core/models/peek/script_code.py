"""What the source code in a TorchScript archive says, read as text."""

from __future__ import annotations

import pickletools
import re
from pathlib import Path

from xai_core.base.finding import Finding
from xai_core.base.storage.zips import zip_names, zip_read

MAX_INPUTS = 2**20
OPTIMISED = re.compile(rb"\bops\.(prim\.\w*mkldnn\w*|\w*prepacked\w*|mkldnn\w*)\b", re.IGNORECASE)
CUT = re.compile(rb"\btorch\.detach_?\(")
TRAINING = re.compile(rb"\btorch\.(feature_|alpha_|feature_alpha_)?dropout_?\([^()]*, True\)")
DEVICE = re.compile(rb'torch\.device\("(cuda|mps|xpu|hip)[^"]*"\)')
TRACED_INPUTS = "traced_inputs.pkl"


def optimised(code: dict[str, bytes]) -> bool:
    """Whether weights were packed for one processor (`optimize_for_inference`, mobile)."""
    return any(OPTIMISED.search(text) for text in code.values())


def is_trace(path: Path) -> bool:
    """Whether it was traced, as far as the archive tells: torch keeps the example inputs."""
    return any(name.endswith(f"/{TRACED_INPUTS}") for name in zip_names(path) or ())


def traced_shape(path: Path) -> tuple[int, int, int] | None:
    """`(C, H, W)` of the example input; None where there is none of four axes. Never raises."""
    numbers: list[int] = []
    try:
        data = zip_read(path, TRACED_INPUTS, MAX_INPUTS) or b""
        for operation, value, _ in pickletools.genops(data):
            if operation.name == "TUPLE" and len(numbers) == 4 and min(numbers) > 0:
                return (numbers[1], numbers[2], numbers[3])
            numbers = [*numbers, value] if isinstance(value, int) and _is_int(operation) else []
    except (ValueError, IndexError):  # no pickle
        pass
    return None


def _is_int(operation: pickletools.OpcodeInfo) -> bool:
    return operation.name.startswith("BININT")


def baked_in(code: dict[str, bytes], traced: bool) -> tuple[Finding, ...]:
    """What an export keeps from the moment when it was made, and no setting changes again."""
    text = b"\n".join(code.values())
    found = []
    if traced:
        found.append(
            _baked(
                "info",
                "This is a trace: it keeps one run of the model. What was under no_grad then has a "
                "gradient now; what was detached or went through NumPy is a constant or a cut.",
                "Where the two differ, the maps are of the trace and not of the model.",
            )
        )
    if count := len(CUT.findall(text)):
        found.append(
            _baked(
                "warning",
                f"Its code calls detach {count} times: no gradient passes there.",
                "Export the model without `.detach()` on the way to the score.",
            )
        )
    if TRAINING.search(text):
        found.append(
            _baked(
                "warning",
                "It was exported in training mode: dropout stays on, whatever mode is set.",
                "Call model.eval() before the export.",
            )
        )
    if match := DEVICE.search(text):
        found.append(
            _baked(
                "warning",
                f"It makes tensors on {match.group().decode()}, where it was exported.",
                "Export it on the CPU.",
            )
        )
    return tuple(found)


def _baked(severity: str, message: str, hint: str) -> Finding:
    return Finding("baked-in", "info" if severity == "info" else "warning", message, hint)

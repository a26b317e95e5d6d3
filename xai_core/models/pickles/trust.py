"""What a user is told of a torch file that would run code."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.installs import install_hint
from xai_core.models.pickles.allowed import LIBRARIES
from xai_core.models.pickles.compiled import wrapper_names
from xai_core.models.pickles.globals import Global
from xai_core.models.pickles.torch_file import TorchFile
from xai_core.models.quantised import quantised_note

TRUST_HINT = (
    "If you trust where the file comes from, load it with trust; "
    "else ask for the weights (a state_dict) instead."
)
OTHERS = ("ultralytics",)
CODE_HINT = (
    "Give the Python file that defines it, and trust the file and that code. Or put the tensors "
    "into a network that you name (`--architecture`), which runs nothing of the file."
)


def unknown_names(file: TorchFile, allowed: Collection[Global]) -> tuple[Global, ...]:
    """What the file would import that the guarded loader does not restore.

    An allowed class of a library that is not installed counts as unknown.
    """
    wrappers = wrapper_names(file.contents)
    return tuple(
        name
        for name in file.names
        if name not in wrappers and (name not in allowed or not name.installed)
    )


def needs_trust(file: TorchFile, unknown: Sequence[Global], code: Sequence[Path]) -> ModelError:
    """The error for loading without trust: `missing-code` before `needs-trust`."""
    missing = [name for name in unknown if not name.installed]
    if missing and not code:
        return ModelError(
            _missing_message(file, missing),
            _code_hint(missing),
            code="missing-code",
            missing=[name.path for name in missing],
            tensors=file.contents.tensors,
        )
    return ModelError(
        _trust_message(file, unknown),
        TRUST_HINT,
        code="needs-trust",
        names=[name.path for name in unknown],
    )


def code_findings(
    file: TorchFile, unknown: Sequence[Global], readable: bool
) -> tuple[Finding, ...]:
    """The same as findings of an inspection."""
    dangerous = [name for name in file.contents.names if name.dangerous]
    missing = [name for name in unknown if not name.installed]
    findings = []
    if dangerous:
        message = f"The file would run {_listed(dangerous)} while it is loaded."
        findings.append(Finding("unsafe-code", "error", message, "Do not use this file."))
    if missing:
        findings.append(
            Finding("missing-code", "error", _missing_message(file, missing), _code_hint(missing))
        )
    if (unknown or not readable) and not dangerous:
        findings.append(Finding("needs-trust", "error", _trust_message(file, unknown), TRUST_HINT))
    return tuple(findings)


def _code_hint(missing: Sequence[Global]) -> str:
    known = install_hint(name.module for name in missing)
    if known:
        return known
    # Only what is known here: a package that the file names could be anybody's.
    packages = sorted({name.module.partition(".")[0] for name in missing} & {*LIBRARIES, *OTHERS})
    if not packages:
        return CODE_HINT
    wanted = " ".join(package.replace("_", "-") for package in packages)
    return f"Run `pip install {wanted}` where Pedestal is installed, and open the file again."


def _missing_message(file: TorchFile, missing: Sequence[Global]) -> str:
    verb = "is" if len(missing) == 1 else "are"
    noun = "Class" if len(missing) == 1 else "Classes"
    return (
        f"{noun} {_listed(missing)} {verb} missing; "
        f"the file holds {file.contents.tensors} tensors but not the code that uses them."
    )


def _trust_message(file: TorchFile, unknown: Sequence[Global]) -> str:
    if unknown:
        note = quantised_note(name.path for name in unknown)
        return (
            f"Loading this file imports and runs {_listed(unknown)}, which it names itself.{note}"
        )
    if file.layout == "legacy":
        return (
            "This model was saved by torch before version 1.6: "
            "such files can only be loaded by running what they ask for."
        )
    return (
        f"This model was saved with pickle protocol {file.contents.protocol}: "
        "such files can only be loaded by running what they ask for."
    )


def _listed(names: Sequence[Global]) -> str:
    shown = ", ".join(f"`{name.path}`" for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")

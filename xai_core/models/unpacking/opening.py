"""A model's path to what is opened: the file itself, or the one model in a package."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from xai_core.base.errors import XaiError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.base.storage.zips import zip_names
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.packages.base import PACKAGES, Content, Package
from xai_core.models.peek.digest import digest
from xai_core.models.peek.unsupported import unsupported_file
from xai_core.models.unpacking import archives
from xai_core.models.unpacking.choosing import chosen, no_package
from xai_core.models.unpacking.listing import merged, names_in, with_outside_weights

MOST_CODE = 5
NEEDS_CODE = ("missing-architecture", "missing-code", "needs-trust")


@dataclass(frozen=True)
class Opened:
    """What is opened.

    Attributes:
        path: its file or folder. package: what stands around it; None: nothing.
        member: its name in the package. content: what the package says.
    """

    path: Path
    package: Package | None = None
    member: str = ""
    content: Content = Content({})  # noqa: RUF009 - it is frozen

    @property
    def told(self) -> Finding | None:
        """What was opened, as a finding."""
        if self.package is None:
            return None
        more = len(self.content.models) - 1
        others = f" It holds {more} more." if more else ""
        hint = "Choose another one by its name (`--member`)." if more else "Nothing."
        message = f"This is {self.package.title}; `{self.member}` in it was opened.{others}"
        return Finding("package-opened", "info", message, hint)


@contextmanager
def opened(path: Path, member: str | None = None, *, named: bool = False) -> Iterator[Opened]:
    """What there is to open at a path, while the block runs. Nothing of it is run.

    Args:
        named: the format is, so that a file of none is opened, too.

    Raises:
        ModelError: `several-models`, one has to be named; `unknown-format`, there is none;
            `unsafe-code`, `corrupt-file`: it cannot be unpacked.
    """
    first = _at_sight(path)
    if first is None and member is None and (named or _format_of(path) is not None):
        yield Opened(path)
        return
    kind = None if path.is_dir() else archives.kind_of(path)
    if kind is None and not path.is_dir():
        if member is not None:
            raise no_package(path, member)
        raise unsupported_file(path)
    with tempfile.TemporaryDirectory(prefix="package-") as place:
        folder, work = path, Path(place, "work")
        if kind is not None:
            folder = Path(place, "all")
            folder.mkdir()
            archives.unpack(path, kind, folder)
        names = names_in(folder)
        package = first or next(one for one in PACKAGES if one.recognise(names))
        content = package.look(folder)
        name = chosen(content, member, path, folder, names)
        yield Opened(_complete(content, content.models[name], work), package, name, content)


def format_of(path: Path, member: str | None = None) -> Format:
    """The format of a model, in a package or by itself. Raises `ModelError` as `opened` does."""
    with opened(path, member) as found:
        return recognised(found.path)


def recognised(path: Path) -> Format:
    """The format of a model's file. Raises `ModelError`: it is of none."""
    found = _format_of(path)
    if found is None:
        raise unsupported_file(path)
    return found


def completed(options: LoadOptions, found: Opened) -> LoadOptions:
    """With the package's own code, where the file is trusted and no other code is given."""
    if options.trust and not options.code and found.content.code:
        return replace(options, code=found.content.code)
    return options


def with_code_named(error: XaiError, found: Opened) -> XaiError:
    """An error that asks for code, with the code that lies in the package."""
    if error.code in NEEDS_CODE and found.content.code:
        names = ", ".join(f"`{one.name}`" for one in found.content.code[:MOST_CODE])
        error.hint = f"{error.hint} The package holds {names}: with trust (`--trust`) that is used."
    return error


def inspected(inspection: Inspection, path: Path, found: Opened) -> Inspection:
    """What the package says of itself and of the model in it."""
    if found.package is None:
        return inspection
    size = digest(path)
    facts = {"Package": found.package.title, "Opened in it": found.member, **found.content.facts}
    return replace(
        inspection,
        size=size.size,
        sha256=size.sha256,
        facts={**facts, **inspection.facts},
        member=found.member,
        members=tuple(found.content.models),
    )


def packed(model: LoadedModel, path: Path, found: Opened) -> LoadedModel:
    """The model as that of the whole package."""
    told = found.told
    if told is None:
        return model
    size, labels, findings = digest(path), found.content.labels, [told, *model.findings]
    if labels is not None:
        message = f"The names of {len(labels):,} classes were read in the package."
        findings.append(Finding("classes-read", "info", message, "Nothing."))
    return replace(
        model,
        path=path,
        size=size.size,
        sha256=size.sha256,
        labels=labels or model.labels,
        findings=tuple(findings),
        member=found.member,
        members=tuple(found.content.models),
    )


def _format_of(path: Path) -> Format | None:
    return next((one for one in FORMATS if one.recognise(path)), None)


def _at_sight(path: Path) -> Package | None:
    """A package that is told by a file of its own, before anything is unpacked."""
    names = names_in(path) if path.is_dir() else zip_names(path) or ()
    return next((one for one in PACKAGES if one.first and one.recognise(names)), None)


def _complete(content: Content, path: Path, work: Path) -> Path:
    if path.is_dir() and content.beside:
        parts = {one.name: one for one in (*content.beside, *path.iterdir())}
        return merged(parts, work)
    work.mkdir(exist_ok=True)
    return with_outside_weights(path, work)

"""Names of a model's classes: from a file, or from what a model's file says of itself."""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError

Labels = tuple[str, ...]
MAX_BYTES, MAX_LABELS, MAX_NAME = 10_000_000, 100_000, 300
KEYS = (
    *("id2label", "class_names", "classes", "labels", "names", "categories", "label_names"),
    *("idx_to_class", "idx2label", "idx_to_label", "class_to_idx", "label2id", "label_to_idx"),
)
"""Entries under which training libraries keep names (transformers, torchvision, ultralytics …)."""
HEADS = ("label", "name", "class", "class_name", "display_name", "description")
NUMBERS = ("index", "id", "idx", "number", "class_id", "label_id", "target")
FORMS = (
    'Give text with one name a line, JSON (["cat", "dog"], {"0": "cat"} or {"cat": 0}), or CSV '
    "with an index and a name."
)


def read_labels(path: Path) -> Labels:
    """The names in a file. Raises `InputError` as `parse_labels` does."""
    try:
        with path.open("rb") as file:
            return parse_labels(file.read(MAX_BYTES + 1))
    except OSError as cause:
        raise InputError(
            f"The class names {path} cannot be read: {cause.strerror}.", "Check the path."
        ) from cause


def parse_labels(data: bytes) -> Labels:
    """One name a class, in the order of the outputs; what the file is, its content tells.

    Raises:
        InputError: it is no text, holds no names, or leaves out a number.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"Class names of more than {MAX_BYTES // 10**6} MB are not read.", FORMS)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise InputError("The class names are not UTF-8 text.", FORMS) from cause
    if text.lstrip()[:1] in ("[", "{"):
        return _checked(_of_value(_literal(text)))
    return _checked(_of_lines(text))


def labels_in(held: Mapping[Any, Any]) -> Labels | None:
    """The names that a checkpoint, or the metadata of a file, holds; None where there are none.

    Texts are read as JSON or as a Python literal. Never raises.
    """
    for key in KEYS:
        value = held.get(key)
        if value is None:
            continue
        try:
            found = _literal(value) if isinstance(value, str) else value
            return _checked(_of_value(found))
        except InputError:  # another entry of that name; a model without names has numbers
            if isinstance(value, str) and "\n" in value.strip():
                return _checked(_of_lines(value))
    return None


def fitting(labels: Labels | None, outputs: int) -> Labels | None:
    """The names where there is one for each output, else None: wrong names are worse than none."""
    return labels if labels is not None and len(labels) == outputs else None


def check_count(labels: Labels, outputs: int) -> None:
    """Raises `InputError` where names that a user gave are not as many as the model's outputs."""
    if len(labels) != outputs:
        raise InputError(
            f"The model has {outputs:,} outputs; {len(labels):,} class names were given.",
            "Give one name for each output, in their order.",
            outputs=outputs,
            labels=len(labels),
        )


def _literal(text: str) -> Any:
    """JSON, or a Python literal as some exporters write it. Nothing is evaluated."""
    if len(text) > MAX_BYTES:
        raise InputError("The class names are too long.", FORMS)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as cause:
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            raise InputError(f"The class names are no readable JSON: {cause}.", FORMS) from cause


def _of_value(value: Any) -> Labels:
    if isinstance(value, Mapping):
        return _of_mapping(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        names = [one.get("name") if isinstance(one, Mapping) else one for one in value]
        if names and all(isinstance(name, str) for name in names):
            return tuple(str(name) for name in names)
    raise InputError("A list of names, or names by number, was expected.", FORMS)


def _of_mapping(value: Mapping[Any, Any]) -> Labels:
    for key in KEYS:
        if isinstance(value.get(key), Mapping | list | tuple):
            return _of_value(value[key])
    if value and all(isinstance(one, str) for one in value.values()):
        return _by_number((_number(key), str(name)) for key, name in value.items())
    if value and all(type(one) is int for one in value.values()):
        return _by_number((one, str(name)) for name, one in value.items())
    raise InputError("Names by number, or numbers by name, were expected.", FORMS)


def _of_lines(text: str) -> Labels:
    lines = [line for line in text.splitlines() if line.strip()]
    rows = _rows(lines) if any("," in x for x in lines) else []
    table = _of_table(rows) if rows and {len(row) for row in rows} == {len(rows[0])} else None
    return table if table is not None else tuple(line.strip() for line in lines)


def _rows(lines: list[str]) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO("\n".join(lines))))
    except csv.Error as cause:
        told = f"The class names are no readable CSV: {cause}. A quote may not be closed."
        raise InputError(told, FORMS) from cause


def _of_table(rows: list[list[str]]) -> Labels | None:
    """Names of a CSV with an index column, by its head or because its first holds the numbers.

    None where nothing says that commas separate columns: names may have commas in them.
    """
    head = [cell.strip().lower() for cell in rows[0]]
    numbers = next((head.index(one) for one in NUMBERS if one in head), None)
    names = next((head.index(one) for one in HEADS if one in head), None)
    if names is not None:
        if numbers is None:
            return tuple(row[names].strip() for row in rows[1:])
        return _by_number((_number(row[numbers]), row[names].strip()) for row in rows[1:])
    columns = list(zip(*rows, strict=True))
    for index, column in enumerate(columns[:2]):
        if all(cell.strip().isdecimal() for cell in column) and len(columns) == 2:
            other = columns[1 - index]
            return _by_number(
                (_number(cell), name.strip()) for cell, name in zip(column, other, strict=True)
            )
    return None


def _by_number(pairs: Iterable[tuple[int, str]]) -> Labels:
    """In the order of the numbers, which start at 0 or at 1 and leave none out."""
    found: dict[int, str] = {}
    for number, name in pairs:
        if number in found:
            raise InputError(f"Two classes have the number {number}.", FORMS)
        found[number] = name
    start = min(found, default=0)
    missing = next((n for n in range(start, start + len(found)) if n not in found), None)
    if start not in (0, 1) or missing is not None:
        told = missing if missing is not None else 0
        raise InputError(f"There is no name for class {told}.", "Number the names from 0 on.")
    return tuple(found[number] for number in sorted(found))


def _number(text: Any) -> int:
    if type(text) is int:
        return text
    if isinstance(text, str) and text.strip().isdecimal() and len(text.strip()) < 10:
        return int(text)
    raise InputError(f"A class number was expected, not {str(text)[:40]!r}.", FORMS)


def _checked(labels: Labels) -> Labels:
    if not labels:
        raise InputError("There is no class name in it.", FORMS)
    if len(labels) > MAX_LABELS:
        raise InputError(f"At most {MAX_LABELS:,} class names are read, not {len(labels):,}.")
    if any(not name for name in labels):
        raise InputError(f"Class {labels.index('')} has an empty name.", FORMS)
    return tuple(_plain(name) for name in labels)


def _plain(name: str) -> str:
    """As it can be shown: no control characters, and not without end."""
    shown = "".join(sign if sign.isprintable() else "�" for sign in name.strip())
    return shown if len(shown) <= MAX_NAME else f"{shown[: MAX_NAME - 1]}…"

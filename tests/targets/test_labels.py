"""Class names in every form that people keep them in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xai_core.base.errors import InputError
from xai_core.targets.labels import check_count, fitting, labels_in, parse_labels, read_labels

NAMES = ("cat", "big dog", "owl, barn")


@pytest.mark.parametrize(
    "text",
    [
        "cat\nbig dog\nowl, barn\n",
        "\ufeffcat\r\n\r\n  big dog \r\nowl, barn",
        json.dumps(NAMES),
        json.dumps({"0": "cat", "2": "owl, barn", "1": "big dog"}),
        json.dumps({"1": "cat", "3": "owl, barn", "2": "big dog"}),
        json.dumps({"big dog": 1, "cat": 0, "owl, barn": 2}),
        json.dumps({"id2label": {"0": "cat", "1": "big dog", "2": "owl, barn"}, "hidden": 7}),
        json.dumps({"nc": 3, "names": list(NAMES)}),
        json.dumps([{"id": 1, "name": name} for name in NAMES]),
        "{0: 'cat', 1: 'big dog', 2: 'owl, barn'}",
        'index,name\n0,cat\n1,big dog\n2,"owl, barn"\n',
        'name,colour,id\nbig dog,red,1\ncat,blue,0\n"owl, barn",red,2\n',
        'class_name\ncat\nbig dog\n"owl, barn"\n',
        '0,cat\n1,big dog\n2,"owl, barn"\n',
        'cat,0\nbig dog,1\n"owl, barn",2\n',
    ],
)
def test_names_come_in_the_order_of_the_outputs(text: str) -> None:
    assert parse_labels(text.encode()) == NAMES


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no class name"),
        (b" \n\n", "no class name"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[1, 2]", "list of names"),
        (b"[]", "list of names"),
        (b"{}", "Names by number"),
        (b'["a", ', "no readable JSON"),
        (b"{" * 100_000, "no readable JSON"),
        (b"[__import__('os').abort()]", "no readable JSON"),
        (b'{"0": "a", "2": "b"}', "no name for class 1"),
        (b'{"4": "a", "5": "b"}', "no name for class 0"),
        (b'{"a": 0, "b": 0}', "Two classes"),
        (b'{"x": "a"}', "class number"),
        (b'["a", ""]', "empty name"),
        (b"a\n" * 100_001, "At most"),
        (b"a" * 10_000_001, "10 MB"),
    ],
)
def test_what_holds_no_names_is_told(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse_labels(data)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(tmp_path / "none.txt")
    (tmp_path / "names").write_text("a\nb")
    assert read_labels(tmp_path / "names") == ("a", "b")


def test_names_that_do_not_fit_the_outputs_are_told_or_left_out() -> None:
    check_count(NAMES, 3)
    with pytest.raises(InputError, match="4 outputs; 3 class names"):
        check_count(NAMES, 4)
    assert fitting(NAMES, 3) == NAMES
    assert fitting(NAMES, 4) is None
    assert fitting(None, 4) is None


@pytest.mark.parametrize(
    "held",
    [
        {"names": "{0: 'cat', 1: 'big dog', 2: 'owl, barn'}", "stride": "32"},
        {"id2label": json.dumps({"0": "cat", "1": "big dog", "2": "owl, barn"})},
        {"epoch": 3, "class_to_idx": {"big dog": 1, "owl, barn": 2, "cat": 0}},
        {"classes": list(NAMES)},
        {"classes": 3, "labels": NAMES},
        {"labels": "cat\nbig dog\nowl, barn"},
    ],
)
def test_what_a_file_says_of_itself_is_understood(held: dict[str, Any]) -> None:
    assert labels_in(held) == NAMES


@pytest.mark.parametrize("held", [{}, {"classes": 10}, {"names": "resnet"}, {"labels": [1, 2]}])
def test_what_is_no_list_of_names_is_passed_over(held: dict[str, Any]) -> None:
    assert labels_in(held) is None


def test_names_from_a_stranger_can_be_shown() -> None:
    odd = parse_labels(json.dumps(["a\x00\n\u202eb", "x" * 1000]).encode())
    assert odd[0] == "a���b"
    assert len(odd[1]) == 300

"""The list of kept maps grows with the study, not with its square, and survives an error."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from xai_core.studies.maps import listing as maps_list
from xai_core.studies.maps.listing import MapsList


def lines(folder: Path) -> list[list[str]]:
    with (folder / maps_list.NAME).open(newline="") as file:
        return list(csv.reader(file))[1:]


def test_it_is_written_now_and_then_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, plain = list[int](), maps_list.write_whole

    def write(path: Path, data: bytes) -> None:
        written.append(data.count(b"\n") - 1)
        plain(path, data)

    monkeypatch.setattr(maps_list, "write_whole", write)
    monkeypatch.setattr(maps_list, "EVERY", 10)
    for count in (1000, 1000):
        with MapsList(tmp_path) as listing:
            for number in range(count):
                listing.add(f"{number}.npy", f"{number}.png", "0" * 64, "saliency", {"m": 1})
    assert len(lines(tmp_path)) == 1000
    assert sum(written) < 5 * 1000, "and nothing anew that is there already"


def test_an_error_loses_no_line_and_a_broken_list_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / maps_list.NAME).write_bytes(b"\xff\xfe")

    def broken_off() -> None:
        with MapsList(tmp_path) as listing:
            listing.add("a.npy", "a.png", "0" * 64, "saliency", {})
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()
    assert lines(tmp_path) == [["a.npy", "a.png", "0" * 64, "saliency", "{}"]]
    with MapsList(tmp_path) as listing:
        listing.add("a.npy", "b.png", "0" * 64, "saliency", {})
    assert [line[1] for line in lines(tmp_path)] == ["b.png"]

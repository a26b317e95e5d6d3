"""Archives of `torch.save`: what two readers could see differently is refused, trusted or not."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.models.formats.hostile import calls
from tests.security.scripts import Entries, two_archives, two_ends, zipped
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model

pytestmark = pytest.mark.filterwarnings("ignore")


@cache
def sound() -> Entries:
    buffer = io.BytesIO()
    torch.save(nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), buffer)
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def hostile(canary: Path) -> Entries:
    pickle = calls("posix", "system", f"touch {canary}")
    return {**sound(), "archive/data.pkl": pickle}


def padded(canary: Path) -> tuple[Entries, Entries]:
    """The honest and the hostile file, with pickles of one length."""
    good, bad = sound()["archive/data.pkl"], hostile(canary)["archive/data.pkl"]
    length = max(len(good), len(bad))
    names = {"archive/data.pkl": good.ljust(length)}, {"archive/data.pkl": bad.ljust(length)}
    return {**sound(), **names[0]}, {**sound(), **names[1]}


def test_the_honest_file_opens(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(zipped(sound()))
    assert load_model(tmp_path / "m").module is not None


def test_archives_that_are_read_in_two_ways_are_refused(tmp_path: Path) -> None:
    canary, path = tmp_path / "canary", tmp_path / "m"
    bad, plain = hostile(canary), zipped(sound())
    local = plain.index(b"archive/data.pkl")
    files = {
        "two ends": two_ends(sound(), bad),
        "two ends, the other way": two_ends(bad, sound()),
        "two archives": two_archives(*padded(canary)),
        "two archives, the other way": two_archives(*reversed(padded(canary))),
        "both cases": zipped({**sound(), "archive/DATA.PKL": bad["archive/data.pkl"]}),
        "both cases of numbers": zipped({**sound(), "archive/DATA/0": bytes(4)}),
        "folder in other case": zipped({**sound(), "Archive/version": b"3\n"}),
        "other name in its header": plain[:local] + b"A" + plain[local + 1 :],
        "other size in its header": plain[: local - 8] + b"\x01" + plain[local - 7 :],
        "bytes between": plain[: plain.index(b"PK\x01\x02")] + b"x" + plain[-22:],
        "comment": plain[:-2] + b"\x04\x00abcd",
        "behind": plain + b"x",
    }
    for kind, data in files.items():
        path.write_bytes(data)
        for trust in (False, True):
            with pytest.raises(ModelError) as caught:
                load_model(path, LoadOptions(trust=trust))
            assert caught.value.code in ("unsafe-code", "corrupt-file"), kind
            assert not canary.exists(), kind


def test_records_of_another_size_are_refused(tmp_path: Path) -> None:
    record = "archive/data/0"
    for data in (b"", bytes(4), sound()[record] + bytes(4)):
        (tmp_path / "m").write_bytes(zipped({**sound(), record: data}))
        with pytest.raises(ModelError) as caught:
            load_model(tmp_path / "m")
        assert caught.value.code == "corrupt-file"

from __future__ import annotations

import pickle
import time
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.models.formats.hostile import CORPUS, archive, calls
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model

pytestmark = pytest.mark.filterwarnings("ignore")
CODES = {"unsafe-code", "corrupt-file", "needs-trust", "missing-code", "unknown-format"}
TAKES_TRUST = {"graph-module", "lazy-layer"}  # not plainly dangerous: the user may trust these


@pytest.mark.parametrize("kind", CORPUS)
def test_nothing_runs_without_trust(kind: str, tmp_path: Path) -> None:
    canary, path = tmp_path / "canary", tmp_path / "model.pt"
    CORPUS[kind](path, canary)
    start = time.monotonic()
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert caught.value.code in CODES
    try:
        codes = {item.code for item in inspect_file(path).findings}
    except ModelError as error:
        codes = {error.code}
    assert codes <= CODES
    assert not canary.exists()
    assert time.monotonic() - start < 60  # a bomb is not unpacked


@pytest.mark.parametrize("kind", sorted(CORPUS.keys() - TAKES_TRUST))
def test_trust_does_not_cover_what_no_model_needs(kind: str, tmp_path: Path) -> None:
    canary, path = tmp_path / "canary", tmp_path / "model.pt"
    CORPUS[kind](path, canary)
    with pytest.raises(ModelError) as caught:
        load_model(path, LoadOptions(trust=True))
    assert caught.value.code in CODES
    assert not canary.exists()


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("os.system", "unsafe-code"),
        ("protocol-4-memo", "unsafe-code"),
        ("module-name", "unsafe-code"),
        ("constructs-through-rebuild", "unsafe-code"),
        ("in-state-dict", "unsafe-code"),
        ("legacy", "unsafe-code"),
        ("zip-bomb", "unsafe-code"),
        ("duplicate-entry", "unsafe-code"),
        ("second-pickle-behind", "unsafe-code"),
        ("graph-module", "needs-trust"),
        ("truncated", "corrupt-file"),
        ("storage-too-small", "corrupt-file"),
    ],
)
def test_the_reason_is_named(kind: str, code: str, tmp_path: Path) -> None:
    CORPUS[kind](tmp_path / "model.pt", tmp_path / "canary")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "model.pt")
    assert caught.value.code == code


def test_the_canary_sings(tmp_path: Path) -> None:
    """The corpus does run code where nothing guards it."""
    canary, path = tmp_path / "canary", tmp_path / "model.pt"
    CORPUS["protocol-4-memo"](path, canary)
    with zipfile.ZipFile(path) as source:
        pickle.loads(source.read("a/data.pkl"))
    assert canary.exists()


def test_layer_names_with_dashes_and_digits_are_usual(tmp_path: Path) -> None:
    model = nn.Sequential()
    model.add_module("block-1_a", nn.ReLU())
    torch.save(model, tmp_path / "model.pt")
    assert load_model(tmp_path / "model.pt").module is not None


def test_the_message_names_what_would_run(tmp_path: Path) -> None:
    archive(tmp_path / "m.pt", calls("shutil", "rmtree", "/nothing"))
    with pytest.raises(ModelError, match=r"shutil\.rmtree"):
        load_model(tmp_path / "m.pt")

"""Uploads through the pages: looked into, kept within their caps, and let go of by the server."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest
from torch import nn

from components.model.form import held_files
from components.session import upload
from components.session.state.workspace import KEY
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from xai_core.base.limits import Limits
from xai_core.base.storage.quota import Storage
from xai_core.demo.example import example_run

pytestmark = pytest.mark.xdist_group("app")
MODEL_PAGE = "pages/model/readiness.py"


def saved(model: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(model, buffer)
    return buffer.getvalue()


def network() -> nn.Module:
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(*layers, nn.Linear(4, 3)).eval()


class Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch /tmp/canary-of-an-upload",)


def picture(seed: int = 0) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(seed).integers(0, 255, (20, 20, 3), np.uint8)
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()


def give(app: AppTest, label: str, name: str, data: bytes) -> AppTest:
    found = next(one for one in app.file_uploader if label in one.label)
    found.set_value((name, data, "application/octet-stream"))
    return ran(app)


def click(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click()
    return ran(app)


@pytest.fixture
def model_page(app: AppTest) -> AppTest:
    return opened(app, MODEL_PAGE)


@pytest.fixture
def caps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session may hold two files of one megabyte."""
    limits = Limits(workers=1, session_files=2, session_megabytes=1)
    store = Storage(limits)
    monkeypatch.setattr(upload, "storage", lambda: store)
    monkeypatch.setattr(held_files, "limits", lambda: limits)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (network(), "Loads without running code of the file."),
        (Hostile(), "Refused: it asks for something that no model needs."),
        ({"model": network(), "extra": Hostile()}, "Refused"),
    ],
    ids=["sound", "hostile", "hidden"],
)
def test_the_report_comes_before_anything_is_loaded(
    model_page: AppTest, model: object, told: str
) -> None:
    give(model_page, "It is looked into", "model.pt", saved(model))
    assert told in texts(model_page).replace("\\", "")
    if not isinstance(model, nn.Module):
        assert "`posix.system`" in texts(model_page)
    assert not Path("/tmp/canary-of-an-upload").exists()  # noqa: S108
    assert model_page.session_state[KEY].source == example_run().model


def test_files_that_come_at_once_are_one_model(model_page: AppTest) -> None:
    """As Hugging Face's libraries write one: none of the two says it alone."""
    tensors = io.BytesIO()
    torch.save({"classifier.weight": torch.zeros(2, 3)}, tensors)
    found = next(one for one in model_page.file_uploader if "It is looked into" in one.label)
    kind = "application/octet-stream"
    config = b'{"model_type": "vit", "architectures": ["ViTForImageClassification"]}'
    files = {"pytorch_model.bin": tensors.getvalue(), "config.json": config}
    found.set_value([(name, data, kind) for name, data in files.items()])
    told = texts(ran(model_page))
    assert "bin and 1 more" in told
    assert "ViTForImageClassification" in told
    assert uploads_held(model_page) == 1
    click(model_page, "Remove this file")


def foreign() -> nn.Module:
    """A model whose class lives in a module that only its author has."""
    home = ModuleType("acme")

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 3)

    Net.__module__, Net.__qualname__, home.Net = "acme", "Net", Net  # type: ignore[attr-defined]
    sys.modules["acme"] = home
    return Net()


def test_a_class_that_is_not_here_is_named_and_can_be_given(model_page: AppTest) -> None:
    try:
        data = saved(foreign())
    finally:
        del sys.modules["acme"]
    give(model_page, "It is looked into", "model.pt", data)
    assert "Needs the class `acme.Net`, which is not here." in texts(model_page)
    give(model_page, ".py files", "acme.py", b"class Net: ...")
    assert "Given: acme.py" in texts(model_page)
    assert set(model_page.session_state[KEY].pending.code) == {"acme.py"}
    click(model_page, "Remove this file")
    assert model_page.session_state[KEY].pending is None
    assert uploads_held(model_page) == 0


def uploads_held(app: AppTest) -> int:
    return len(upload.storage().held(app.session_state["visit"]))


def test_the_server_lets_go_of_what_has_arrived(
    model_page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[str] = []
    forget = MemoryUploadedFileManager.remove_file
    monkeypatch.setattr(
        MemoryUploadedFileManager,
        "remove_file",
        lambda self, session_id, file_id: (
            removed.append(file_id),
            forget(self, session_id, file_id),
        )[1],
    )
    give(model_page, "PNG, JPEG", "mine.png", picture())
    assert len(removed) == 1
    assert model_page.session_state[KEY].photo == "mine.png"
    assert [one.value for one in model_page.file_uploader if "PNG" in one.label] == [None]


def test_a_session_has_its_caps_and_can_make_room(model_page: AppTest, caps: None) -> None:
    for seed in (1, 2):
        give(model_page, "PNG, JPEG", f"{seed}.png", picture(seed))
    give(model_page, "PNG, JPEG", "3.png", picture(3))
    assert "A session holds at most 2 uploaded files." in texts(model_page)
    assert model_page.session_state[KEY].photo == "2.png"
    click(model_page, "Remove")
    give(model_page, "PNG, JPEG", "3.png", picture(3))
    assert model_page.session_state[KEY].photo == "3.png"
    assert "A session holds at most" not in texts(model_page)


def test_a_picture_above_its_size_is_refused_on_the_server_too(model_page: AppTest) -> None:
    give(model_page, "PNG, JPEG", "large.png", picture() + b"\0" * 50_000_001)
    assert "large.png has 50.0 MB; at most 50 MB" in texts(model_page)
    assert model_page.session_state[KEY].photo == example_run().picture
    assert uploads_held(model_page) == 0


def test_an_opened_model_leaves_an_empty_form_and_is_listed(
    model_page: AppTest, tmp_path: Path
) -> None:
    give(model_page, "It is looked into", "mine.pt", saved(network()))
    click(model_page, "Open this model")
    space = model_page.session_state[KEY]
    assert (space.source, space.pending) == ("mine.pt", None)
    assert space.sources["mine.pt"].path.parent == tmp_path / "models"
    assert "mine.pt · 4.7 kB" in texts(model_page).replace("\\", "")
    click(model_page, "Remove")
    assert "mine.pt" not in model_page.session_state[KEY].sources
    assert not model_page.error


def test_a_file_is_named_as_its_user_calls_it(model_page: AppTest) -> None:
    """On disk it is named by its hash; a message said so ("97b04dc1… is empty")."""
    app = click(give(model_page, "PyTorch", "my net.pt", saved(network())), "Open this model")
    space = app.session_state[KEY]
    assert space.source == "my net.pt"
    digest = space.sources["my net.pt"].path.name
    assert len(digest) == 64
    assert space.verdicts["my net.pt"].file == "my net.pt"
    assert digest not in texts(app)
    app = give(app, "PyTorch", "other.pt", saved(network())[:200])
    assert space.pending.path.name not in texts(app)


def test_a_second_file_of_a_name_is_numbered() -> None:
    from components.session.state.sources import free_name

    one, two, three = (Path("/data") / (sign * 64) for sign in "abc")
    taken = {"net.pt": one, "net.pt (2)": two}
    assert free_name("net.pt", one, taken) == "net.pt"
    assert free_name("net.pt", two, taken) == "net.pt (2)"
    assert free_name("net.pt", three, taken) == "net.pt (3)"

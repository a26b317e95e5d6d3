"""A description of layers that comes with a file runs nothing."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from xai_core.base.errors import ModelError
from xai_core.models.yolo.description import described
from xai_core.models.yolo.network import tasks

PLAIN: dict[str, Any] = {
    "nc": 2,
    "backbone": [[-1, 1, "Conv", [8, 3, 2]]],
    "head": [[[0], 1, "Detect", ["nc"]]],
}


def test_plain_layers() -> None:
    found = described({**PLAIN, "activation": "nn.ReLU()", "yaml_file": "x.yaml"}, tasks())
    assert found == {**PLAIN, "activation": "nn.ReLU()"}


@pytest.mark.parametrize(
    "name",
    [
        "attempt_load_weights",
        "torch_safe_load",
        "TorchVision",
        "nn.Module.__init__",
        "os",
        "nn.init",
    ],
)
def test_what_is_no_layer(name: str) -> None:
    found = copy.deepcopy(PLAIN)
    found["backbone"][0][2] = name
    with pytest.raises(ModelError, match="names the layer") as raised:
        described(found, tasks())
    assert raised.value.code == "unsafe-code"


@pytest.mark.parametrize("text", ["__import__('os').system('x')", "nn.ReLU(print())", "exec('')"])
def test_an_activation_that_is_code(text: str) -> None:
    with pytest.raises(ModelError, match="names the activation"):
        described({**PLAIN, "activation": text}, tasks())


@pytest.mark.parametrize("found", [None, {}, {**PLAIN, "head": "x"}, {**PLAIN, "nc": object()}])
def test_what_is_no_description(found: Any) -> None:
    with pytest.raises(ModelError):
        described(found, tasks())


def test_its_import_changes_nothing_of_other_libraries() -> None:
    """Its own `Image.open` installs a package where Pillow knows no file."""
    told = "from PIL import Image; import os, torch; from xai_core.models.yolo.network import tasks"
    held = "(Image.open, torch.save, os.environ.get('OMP_NUM_THREADS'))"
    script = f"{told}; before = {held}; tasks(); assert before == {held}"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[3])

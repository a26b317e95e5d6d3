"""The code that Pedestal shows for a better export does run, and gives what it promises."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import torch

from tests.dose import dose
from tests.models.formats.keras_nets import NETS, made
from tests.models.matrix.originals import example, network
from xai_core.models.export_hint import ExportHint
from xai_core.models.formats.base import FORMATS
from xai_core.models.tensorflow.environment import interpreter
from xai_core.worker import Worker

pytestmark = pytest.mark.filterwarnings("ignore")
HINTS = {hint: one.name for one in FORMATS if (hint := one.better)}
LIGHT = {hint: name for hint, name in HINTS.items() if "session" not in hint.code}
TRIED = dose(LIGHT, HINTS)  # the others start TensorFlow twice
GRAPH = """
import tensorflow as tf
v1 = tf.compat.v1
v1.disable_eager_execution()
session = v1.Session()
inputs = v1.placeholder(tf.float32, (None, 16, 16, 3), name="picture")
kernel = v1.get_variable("k", (3, 3, 3, 8), initializer=v1.random_normal_initializer(seed=1))
matrix = v1.get_variable("m", (8, 5), initializer=v1.random_normal_initializer(seed=2))
features = tf.nn.relu(tf.nn.conv2d(inputs, kernel, 2, "SAME"))
logits = tf.matmul(tf.reduce_mean(features, (1, 2)), matrix, name="logits")
tf.argmax(logits, 1)
session.run(v1.global_variables_initializer())
"""


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("hint", TRIED, ids=TRIED.values())
def test_the_code_exports_the_model(
    hint: ExportHint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if "session" in hint.code:
        python = interpreter()
        assert python is not None
        subprocess.run([python, "-c", GRAPH + hint.code], check=True, capture_output=True)
    else:
        keras = hint.file.endswith(".keras")
        model = made(NETS["sequential"]) if keras else network()
        exec(hint.code, {"model": model, "inputs": torch.cat([example()] * 2)})  # noqa: S102
    with Worker() as worker:
        worker.load(tmp_path / hint.file)
        assert worker.assess().level == hint.level

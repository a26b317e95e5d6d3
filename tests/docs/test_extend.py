"""Every example of the guide works as it stands, put into a copy of the program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from tests.docs.texts import EXTEND, ROOT, blocks, files

EXAMPLES = files(EXTEND)
TREES = ("xai_core", "components", "pages", ".streamlit")

METHOD = """
import numpy as np, torch, xai_core
from torch import nn
from xai_core.attribution.methods.base import METHODS

torch.manual_seed(0)
net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(144, 2)).eval()
x = np.random.default_rng(0).standard_normal((1, 3, 8, 8)).astype(np.float32)
assert METHODS["vargrad"].samples(METHODS["vargrad"].Parameters(m=3), (3, 8, 8)) == 3
one = xai_core.explain(net, x, 1, "vargrad", m=6, sg_std=0.3, batch_size=2)
two = xai_core.explain(net, x, 1, "vargrad", m=6, sg_std=0.3, batch_size=6)
np.testing.assert_allclose(one.values, two.values, rtol=1e-4, atol=1e-9)
assert one.values.shape == x.shape and (one.values >= 0).all() and one.values.any()
assert not xai_core.explain(net, x, 1, "vargrad", sg_std=0.0).values.round(9).any()
assert xai_core.assess(net, x).methods["vargrad"].available
"""

TARGET = """
import numpy as np, torch, xai_core
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(144, 3)).eval()
x = np.random.default_rng(0).standard_normal((1, 3, 8, 8)).astype(np.float32)
one = xai_core.explain(net, x, xai_core.Target("doubt"), "saliency", absolute=False)
leaf = torch.from_numpy(x).requires_grad_(True)
chances = net(leaf).softmax(1)
torch.special.entr(chances).sum().backward()
np.testing.assert_allclose(one.values, leaf.grad.numpy(), rtol=1e-4, atol=1e-8)
assert one.explained[0].sentence == "the entropy of the predicted classes"
assert xai_core.assess(net, x, xai_core.Target("doubt")).level == "ready"
try:
    xai_core.explain(net[:2], x, xai_core.Target("doubt"), "saliency")
except xai_core.XaiError as error:
    assert "There fit: logit" in str(error)
else:
    raise AssertionError("a dense output has no classes")
"""

FORMAT = """
import numpy as np, xai_core
from pathlib import Path
from xai_core.models.loading import inspect_file

weight = np.random.default_rng(0).standard_normal((3, 64)).astype(np.float32)
np.savez("linear.model", weight=weight, bias=np.zeros(3, np.float32))
assert inspect_file("linear.model.npz").format == "linear-npz"
spec = xai_core.InputSpec.for_shape(1, 8, 8)
model = xai_core.load_model("linear.model.npz", xai_core.LoadOptions(input_spec=spec))
x = np.ones((1, 1, 8, 8), np.float32)
values = xai_core.explain(model, x, 2, "saliency", absolute=False).values
np.testing.assert_array_equal(values.ravel(), weight[2])
Path("broken.npz").write_bytes(Path("linear.model.npz").read_bytes()[:-9])
try:
    xai_core.load_model("broken.npz")
except xai_core.XaiError as error:
    assert error.code == "corrupt-file", error.code
else:
    raise AssertionError("a broken file was loaded")
"""

CHECK = """
import numpy as np, torch, xai_core
from torch import nn

class Mixing(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))
    def forward(self, x):
        return self.inner(x - x.mean(0, keepdim=True) / 2)

torch.manual_seed(0)
x = np.random.default_rng(0).standard_normal((1, 3, 8, 8)).astype(np.float32)
mixing, sound = Mixing().eval(), Mixing().eval().inner
assert "mixed-batch" in [finding.code for finding in xai_core.assess(mixing, x).findings]
verdict = xai_core.assess(sound, x)
assert verdict.level == "ready" and verdict.evidence["batch_difference"] < 1e-5
assert "mixed-batch" not in [finding.code for finding in verdict.findings]
"""

METRIC = """
import numpy as np
from xai_core.scores.metrics.base import METRICS
from xai_core.scores.ranking import rank

maps = np.zeros((4, 5, 5)); maps[0, 2, 2] = 1; maps[1] = 1; maps[3] = np.nan
scores = METRICS["gini"].score(maps)
np.testing.assert_allclose(scores, [0.96, 0, np.nan, np.nan], atol=1e-12)
ranked = rank(dict(zip("abcd", scores)), metric="gini")
assert [entry.name for entry in ranked.entries][:2] == ["a", "b"]
assert ranked.place("c") is None
"""

CONTROL = """
import numpy as np
from xai_core.runs.controls.base import CONTROLS, Case

pixels = np.zeros((5, 7, 3), np.uint8)
case = Case(pixels, np.zeros((1, 3, 5, 7), np.float32), 0, None)
values = CONTROLS["centre"].values(case)
assert values.shape == (1, 1, 5, 7) and values.dtype == np.float32
assert values[0, 0, 2, 3] == values.max() == 1 and abs(values[0, 0, 0, 0]) < 1e-6
"""

PAGE = """
from streamlit.testing.v1 import AppTest

page = AppTest.from_file("pages/compare/agreement.py", default_timeout=120).run()
assert not page.exception and not page.error, (page.exception, page.error)
table = page.dataframe[0].value
assert list(table.columns) == ["Guided Backprop", "FusionGrad"]
assert table.iloc[0, 0] == 1.0 and -1 < table.iloc[0, 1] < 1
"""

PROOFS = {
    "xai_core/attribution/methods/noise/vargrad.py": METHOD,
    "xai_core/targets/kinds/doubt.py": TARGET,
    "xai_core/models/formats/linear_npz.py": FORMAT,
    "xai_core/readiness/checks/batch.py": CHECK,
    "xai_core/scores/metrics/gini.py": METRIC,
    "xai_core/runs/controls/centre.py": CONTROL,
    "pages/compare/agreement.py": PAGE,
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with every example in its place."""
    folder = tmp_path_factory.mktemp("copy")
    for tree in TREES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / tree, folder / tree, ignore=ignored)
    for name in ("app.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    for name, code in EXAMPLES.items():
        assert not (folder / name).exists(), f"{name} is no example any more: the program has it"
        (folder / name).write_text(code, encoding="utf-8")
    return folder


def test_every_example_is_proven():
    assert set(PROOFS) | {"components/agreement.py"} == set(EXAMPLES)


EACH = """
import sys
for name, proof in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    print(name)
    exec(proof, {"__name__": "__main__"})
"""


def test_every_example_works(copy):
    """In one process, as in the program; the last name that it says is that which does not."""
    ran = subprocess.run(
        [sys.executable, "-c", EACH, *chain.from_iterable(PROOFS.items())],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PEDESTAL_DATA": str(copy / "data")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("words", [("check",), ("format", "--check")], ids=" ".join)
def test_the_examples_are_tidy(words, copy):
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", *words, "--no-cache", *EXAMPLES],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def test_the_menu_line_has_the_page():
    (line,) = [block for block in blocks(EXTEND, "python") if block.startswith("st.Page(")]
    assert any(f'"{name}"' in line for name in EXAMPLES)
    compile(line.rstrip().rstrip(","), "app.py", "eval")

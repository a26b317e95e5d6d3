"""The script for GPUs: it runs on the CPU in a tiny dose, and says where there is no GPU."""

from __future__ import annotations

import pytest
import torch

from benchmarks.gpu import NONE, Bench, Dose, main, told
from tests.attribution.nets import layered


def test_it_measures_every_row_on_the_cpu_in_a_tiny_dose() -> None:
    net = layered()
    before = {name: one.clone() for name, one in net.state_dict().items()}
    bench = Bench.of(net, Dose("cpu", pictures=3, side=16, draws=2, rounds=1))
    rows = bench.rows()
    assert len(rows) == 3
    assert all(one.ours > 0 and one.theirs > 0 for one in rows)
    assert told(rows).count("\n") == 1 + len(rows)
    assert all(torch.equal(one, before[name]) for name, one in net.state_dict().items())


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_it_says_where_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    assert capsys.readouterr().out.strip() == NONE

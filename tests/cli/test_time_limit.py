"""How long a step may take; no test depends on how fast the machine is."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from xai_core.base.patience import CALL_SECONDS, longer, patience_of, proof_seconds
from xai_core.cli.main import parser
from xai_core.cli.time_limit import patience, worker_of

SHAPE = ("--input-shape", "3,16,16")
COMMANDS = {
    "check": ("check", "m.pt"),
    "explain": ("explain", "m.pt", "p.png", "--method", "saliency"),
    "rank": ("rank", "m.pt", "p.png", "--method", "saliency"),
    "compare": ("compare", "m.pt", "n.pt", "p.png", "--method", "saliency"),
}
HANG = """
import time
import torch
from torch import nn


class Hangs(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 2, 3)

    def forward(self, x):
        time.sleep(3600)
        return self.layer(x)


def build():
    return Hangs()
"""


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_commands_take_a_limit(words: tuple[str, ...]) -> None:
    assert parser().parse_args(words).time_limit is None
    assert parser().parse_args([*words, "--time-limit", "7.5"]).time_limit == 7.5


@pytest.mark.parametrize("wrong", ["0", "-1", "nan", "inf", "soon"])
def test_a_limit_is_a_number_of_seconds(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parser().parse_args(["check", "m.pt", "--time-limit", wrong])
    assert caught.value.code == 2
    assert "seconds" in capsys.readouterr().err


def test_what_hangs_is_ended_by_default_and_a_long_map_is_not() -> None:
    with worker_of(argparse.Namespace(time_limit=None)) as worker:
        assert worker._connection._silence == CALL_SECONDS == 120
        assert worker._connection.time_limit > CALL_SECONDS
    with worker_of(argparse.Namespace(time_limit=300.0)) as worker:
        assert worker._connection.time_limit == 300


def test_more_time_means_more_for_the_proof() -> None:
    calls = [1.0, 10.0, 120.0, 300.0, 1000.0]
    proofs = [proof_seconds(call) for call in calls]
    assert proofs == sorted(proofs)
    assert all(0 < proof < call for proof, call in zip(proofs, calls, strict=True))
    assert all(proof_seconds(longer(proof)) > proof for proof in proofs)
    assert patience(argparse.Namespace(time_limit=None)) == patience_of(CALL_SECONDS) == 1


def test_a_model_that_hangs_is_not_proven_yet(cli: Cli, tmp_path: Path) -> None:
    """Its weights fit; its forward pass never ends."""
    import torch
    from torch import nn

    code = tmp_path / "hangs.py"
    code.write_text(HANG)
    layer = nn.Conv2d(3, 2, 3).state_dict()
    torch.save({f"layer.{name}": value for name, value in layer.items()}, tmp_path / "hangs.pt")
    words = ("hangs.pt", "--code", code, "--architecture", "build", "--trust", *SHAPE)
    done = cli("check", *words, "--time-limit", "15", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["level"]) == (13, "unproven"), done.stderr
    assert [one["code"] for one in told["findings"]] == ["time-limit"]

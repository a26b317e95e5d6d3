"""The command line of a job: `--resume`, `--status`, an interrupt, and a plan that comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.studies.jobs.fake_engine import Fake
from xai_core.base.errors import InputError
from xai_core.cli.main import main
from xai_core.cli.study.summary import summary_text
from xai_core.models.formats.base import LoadOptions
from xai_core.studies.host.exchange import Chunk
from xai_core.studies.jobs import driver
from xai_core.studies.jobs.plan import Plan, read_plan
from xai_core.studies.shards import Row, Shards


def test_a_plan_comes_back_without_trust(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("x = 1")
    options = LoadOptions(code=(tmp_path / "own.py",), trust=True, output="['aux']")
    trusted = replace(plan, setting=replace(plan.setting, options=options), trusted=True)
    trusted.write(tmp_path)
    assert '"trust": true' not in (tmp_path / "job.json").read_text()
    back = read_plan(tmp_path)
    with pytest.raises(InputError, match="Give --trust again"):
        back.with_trust(False)
    assert back.with_trust(True) == trusted


def test_the_command_goes_on_says_how_far_it_is_and_is_interrupted(
    plan: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupt(chunk: Chunk) -> None:
        if chunk.number == 6:
            raise KeyboardInterrupt

    def said(*words: str) -> tuple[int, str]:
        return main(["study", *words]), capsys.readouterr().out

    (tmp_path / "file").touch()
    words = ("net.pt", str(tmp_path), "--method", "saliency", "--keep", str(tmp_path / "file"))
    assert said(*words)[0] == 2, "a file is no folder"
    plan.write(tmp_path)
    assert said("--status", str(tmp_path))[0] == 2, "nobody has computed it yet"
    monkeypatch.setattr(driver, "chunk_size", lambda *_: 2)
    monkeypatch.setattr(driver, "ENGINES", {"local": Fake(interrupt)})
    assert said("--resume", str(tmp_path))[0] == 130
    assert said("--status", str(tmp_path))[1].startswith("cancelled: ")
    monkeypatch.setattr(driver, "ENGINES", {"local": Fake()})
    code, out = said("--resume", str(tmp_path), "--json")
    found = json.loads(out)
    assert (code, found["pictures"], len(found["refused"])) == (0, 38, 2)
    assert found["statistics"]["means"][0]["interval"]
    told = json.loads(said("--status", str(tmp_path), "--json")[1])
    assert (told["state"], told["done"], told["broken"]) == ("done", 40, 2)
    assert "left out: 007.png, 023.png: broken" in said("--resume", str(tmp_path))[1]
    refused = [Row.refused("", f"{n}.png", f"There is no file {n}.") for n in range(30)]
    Shards(tmp_path).write(refused)
    lines = list(summary_text(tmp_path, 0.2))
    assert sum(line.startswith("left out: ") for line in lines) == 20
    assert "and 11 more causes, see --json" in lines

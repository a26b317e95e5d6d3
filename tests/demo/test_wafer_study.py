"""The study of the documentation, over a few pictures: by the command line, with masks and maps."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scripts.wafer import study as script
from xai_core.cli.main import main


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["study", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_it_is_drawn_measured_and_written_and_its_maps_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "METHODS", ("guided-backprop", "fusiongrad"))
    monkeypatch.setattr(script, "SETTINGS", ("fusiongrad.n=2", "fusiongrad.m=1"))
    (tmp_path / "docs").mkdir()
    assert script.main(tmp_path, 8, tmp_path / "docs") == 0
    table = (tmp_path / "docs" / "wafer-study.txt").read_text()
    assert table.count("Relevance Mass Accuracy") == 2
    assert "Means over 8 pictures" in table
    for theme in ("light", "dark"):
        assert "baseline quantile" in (tmp_path / "docs" / f"wafer-study-{theme}.svg").read_text()

    keep = tmp_path / "study"
    capsys.readouterr()
    words = ("--resume", str(keep), "--json", "--maps", "least:1", "0003.png")
    code, out, err = said(capsys, *words)
    assert code == 0, err
    told = json.loads(out)
    pointing = told["metrics"]["pointing-game@0.2"]
    assert (pointing["direction"], pointing["parameters"]) == ("higher", {"tolerance": 0})
    assert list(pointing["causes"].values()) == [2], "one picture has no defect, by two methods"
    (mean,) = (one for one in pointing["statistics"]["means"] if one["name"] == "fusiongrad")
    assert mean["pictures"] == 7
    assert mean["interval"][0] <= mean["mean"] <= mean["interval"][1]
    with (keep / "maps" / "maps.csv").open() as file:
        kept = list(csv.DictReader(file))
    assert "0003.png" in {one["picture"] for one in kept}
    assert all(np.load(keep / "maps" / one["file"]).shape == (128, 128) for one in kept)

    code, _, err = said(capsys, "--resume", str(keep), "--metric", "deletion")
    assert code == 2
    assert "keeps to that; asked for: deletion@0.2" in err
    wafers = tmp_path / "wafers"
    fewer = [one for one in script.words(wafers, keep)[1:] if one not in {*script.METRICS[1:]}]
    code, out, err = said(capsys, *fewer, "--json")
    assert code == 0, err
    less = json.loads(out)
    assert 0 < len(less["metrics"]) < len(told["metrics"])
    assert all(told["metrics"][name] == one for name, one in less["metrics"].items())
    assert less["statistics"] == told["statistics"], "scores are those of before"
    assert json.loads((keep / "status.json").read_text())["new"] == 0, "nothing was computed"


def test_masks_bring_localisation_and_a_broken_one_costs_only_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = script.draw(tmp_path / "wafers", 3)
    (pictures / "0001.mask.png").write_bytes(b"no picture")
    Image.new("L", (9, 9)).save(pictures / "0002.mask.png")
    words = script.words(pictures, tmp_path / "study")[1:]
    at, end = words.index("--method"), words.index("--keep")
    words = [*words[:at], "--method", "saliency", *words[end:], "--workers", "1"]
    code, out, err = said(capsys, *words, "--json")
    assert code == 0, err
    told = json.loads(out)
    assert {one["metric"] for one in told["metrics"].values()} >= {
        "pointing-game",
        "top-k-intersection",
    }
    assert told["statistics"]["means"][0]["pictures"] == 3
    found = told["metrics"]["localisation-auc@0.2"]
    assert found["statistics"]["means"][0]["pictures"] == 1
    causes = " ".join(found["causes"])
    assert "Its mask cannot be used." in causes
    assert "9×9 pixels" in causes
    code, out, err = said(capsys, *words, "--json")
    assert code == 0, "it goes on with the metrics that it has"
    code, _, err = said(capsys, *words, "--maps", "least")
    assert (code, "least needs a number" in err) == (2, True)

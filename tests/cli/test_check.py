from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.worker.conftest import CODE

SHAPE = ("--input-shape", "3,16,16")


@pytest.mark.parametrize(
    ("file", "code", "level", "form"),
    [
        ("ready.pt", 0, "ready", "torch-eager"),
        ("scripted.pt", 0, "ready", "torchscript"),
        ("branching.pt", 10, "input-gradients", "torchscript"),
        ("detached.pt", 11, "inference-only", "torchscript"),
        ("broken.pt", 12, "rejected", None),
    ],
)
def test_the_exit_code_and_the_json_say_the_level(
    cli: Cli, models: Path, picture: Path, file: str, code: int, level: str, form: str | None
) -> None:
    done = cli("check", models / file, *SHAPE, "--image", picture, "--json")
    verdict = json.loads(done.stdout)
    assert (done.returncode, verdict["level"]) == (code, level), done.stderr
    assert verdict["schema"] == 1
    assert verdict["file"] == file
    assert len(verdict["sha256"]) == 64
    if form:
        assert verdict["format"] == form
        assert verdict["input_shape"][1:] == [3, 16, 16]
    if level != "ready":
        assert any(finding["severity"] == "error" for finding in verdict["findings"])
    keys = {"code", "severity", "message", "hint", "where", "layer"}
    assert all(set(finding) == keys for finding in verdict["findings"])
    assert all(set(one) == {"available", "reason"} for one in verdict["methods"].values())
    assert done.stderr == ""


def test_a_person_reads_the_level_the_reason_and_what_to_do(cli: Cli, models: Path) -> None:
    done = cli("check", models / "detached.pt", *SHAPE)
    first, summary, to_do, *rest = done.stdout.splitlines()
    assert first.startswith("INFERENCE-ONLY  detached.pt")
    assert summary
    assert to_do.startswith("To do: ")
    assert any(line.startswith("error: ") for line in rest)


def test_a_reason_is_told_once(cli: Cli, models: Path) -> None:
    """Eleven methods lack the same gradient: it was printed eleven times."""
    done = cli("check", models / "detached.pt", *SHAPE)
    lines = [line for line in done.stdout.splitlines() if line.startswith("  not ")]
    assert done.stdout.count("saliency") == 1
    assert len(lines) == 2, "no gradient, and no layer for class activation maps"
    assert "integrated-gradients" in done.stdout


def test_both_forms_say_that_the_process_is_guarded(cli: Cli, models: Path) -> None:
    assert (
        cli("check", models / "ready.pt", *SHAPE)
        .stdout.splitlines()[-1]
        .startswith("protection on: no file but the model")
    )
    guards = json.loads(cli("check", models / "ready.pt", *SHAPE, "--json").stdout)["protection"]
    assert guards["complete"]
    assert [guard["name"] for guard in guards["guards"]] == ["files", "calls", "limits"]


def test_without_protection_that_is_said_and_trust_is_refused(
    fresh: Cli, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEDESTAL_PROTECTION", "off")
    monkeypatch.delenv("PEDESTAL_ALLOW_UNPROTECTED", raising=False)
    done = fresh("check", models / "ready.pt", *SHAPE)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("protection off: not protected are files")
    refused = fresh("check", models / "ready.pt", *SHAPE, "--trust", "--json")
    verdict = json.loads(refused.stdout)
    assert refused.returncode == 12
    assert [finding["code"] for finding in verdict["findings"]] == ["protection-off"]
    assert not verdict["protection"]["complete"]
    monkeypatch.setenv("PEDESTAL_ALLOW_UNPROTECTED", "1")
    assert fresh("check", models / "ready.pt", *SHAPE, "--trust").returncode == 0


def test_channels_that_no_picture_has(cli: Cli, models: Path) -> None:
    done = cli("check", models / "five.pt", "--input-shape", "5,16,16", "--json")
    assert json.loads(done.stdout)["input_shape"][1:] == [5, 16, 16]
    assert done.returncode == 0


def test_code_and_trust_are_passed_on(cli: Cli, tmp_path: Path) -> None:
    import importlib.util
    import sys

    import torch

    spec = importlib.util.spec_from_file_location("misbehaving", CODE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["misbehaving"] = module
    spec.loader.exec_module(module)
    torch.save(module.Misbehaving("exit"), tmp_path / "own.pt")
    del sys.modules["misbehaving"]
    refused = cli("check", "own.pt", *SHAPE, "--json")
    assert refused.returncode == 12
    codes = {finding["code"] for finding in json.loads(refused.stdout)["findings"]}
    assert codes & {"needs-trust", "missing-code"}
    assert json.loads(refused.stdout)["format"] == "torch-eager"
    done = cli("check", "own.pt", *SHAPE, "--json", "--trust", "--code", CODE)
    assert json.loads(done.stdout)["level"] != "rejected", done.stdout


def test_a_model_whose_code_kills_the_process_is_rejected(
    cli: Cli, models: Path, tmp_path: Path
) -> None:
    (tmp_path / "suicide.py").write_text(
        "import os, torch\n"
        "class Net(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        os._exit(7)\n"
    )
    saver = "import torch, suicide; torch.save(suicide.Net(), 'net.pt')"
    import subprocess
    import sys

    env_python = [sys.executable, "-c", saver]
    subprocess.run(env_python, cwd=tmp_path, check=True)
    done = cli("check", "net.pt", *SHAPE, "--json", "--trust", "--code", "suicide.py")
    verdict = json.loads(done.stdout)
    assert done.returncode == 12
    assert verdict["findings"][0]["code"] == "crashed"
    assert "exit code 7" in verdict["findings"][0]["message"]


def test_a_target_that_is_not_there_is_wrong_usage(cli: Cli, models: Path) -> None:
    done = cli("check", models / "ready.pt", *SHAPE, "--target", "99")
    assert done.returncode == 2
    assert "no class 99" in done.stderr
    assert done.stdout == ""


def test_markdown_is_a_comment_for_a_pull_request(cli: Cli, models: Path) -> None:
    done = cli("check", models / "five.pt", "--input-shape", "5,16,16", "--markdown")
    assert done.returncode == 0
    assert done.stdout.startswith("### ")
    assert "`ready`" in done.stdout.splitlines()[0]

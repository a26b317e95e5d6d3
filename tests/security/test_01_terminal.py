"""Nothing that a file says moves a cursor, forges a line or names a folder of the installation."""

from __future__ import annotations

import ast
import json
import logging
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import tifffile

from tests.runs.small import small_run
from tests.security.safe_text.files import ROOT
from tests.studies.small_study import small_study
from xai_core.base.text import JOINER
from xai_core.cli import console, notices
from xai_core.cli.commands import check
from xai_core.cli.main import main
from xai_core.cli.ranking import output
from xai_core.cli.ranking.ranked import Ranked, ordered
from xai_core.readiness import to_json, to_markdown
from xai_core.report import files
from xai_core.report.forms import render
from xai_core.report.study import files as study_files
from xai_core.report.study.subject import study_subject_of
from xai_core.report.subject import subject_of
from xai_core.scores.public.asked_metric import AskedMetric

EVIL = "a\x1b]0;owned\x07\x1b[31m\x9b2J\u202egnp\r\nERROR: forged\u2028=1+1"
LINKS = "http://canary.invalid www.canary.invalid who@canary.invalid @team #1 ![x](//y)"


def printable(text: str) -> bool:
    return all(sign == "\n" or sign.isprintable() for sign in text)


def test_hostile_names_of_tensors_reach_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.safetensors"
    safetensors.numpy.save_file({EVIL: np.zeros((2, 2), np.float32)}, file)
    for words in (["check", str(file)], ["check", str(file), "--json"]):
        main(words)
        shown = capsys.readouterr()
        assert printable(shown.out)
        assert printable(shown.err)
        assert "\nERROR: forged" not in shown.out + shown.err
        if "--json" in words:
            assert json.loads(shown.out)["level"] == "rejected"


def test_a_hostile_path_reaches_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path / "\x1b[31mno\x9bmodel\n")]) == 2
    with pytest.raises(SystemExit):
        main(["rank", "demo", "cat", "--quantile", "\x1b[31m"])
    shown = capsys.readouterr()
    assert printable(shown.out + shown.err)


def test_lines_of_results_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    console.say(EVIL, f"{EVIL} {EVIL}")
    console.tell(EVIL)
    shown = capsys.readouterr()
    assert shown.out.count("\n") == 2
    assert shown.err.count("\n") == 1
    assert printable(shown.out + shown.err)
    console.print_json({EVIL: [EVIL, "\ud800"]})
    told = capsys.readouterr().out
    assert printable(told)
    assert json.loads(told) == {EVIL: [EVIL, "\ud800"]}


def test_only_the_console_prints() -> None:
    others = {
        f"{path.name}:{node.lineno}"
        for path in sorted((ROOT / "xai_core" / "cli").rglob("*.py"))
        if path.name != "console.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("print", "sys.stdout.write", "sys.stderr.write")
    }
    assert not others


def test_only_one_file_escapes_html() -> None:
    for path in sorted((ROOT / "xai_core").rglob("*.py")):
        if path.relative_to(ROOT).as_posix() != "xai_core/base/text/tags.py":
            told = path.read_text(encoding="utf-8")
            assert "from html import" not in told, path
            assert "html.escape" not in told, path


def test_every_row_of_a_table_file_is_made_of_cells() -> None:
    for module in (files, study_files):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".writerow"):
                (row,) = node.args
                words = ast.unparse(row)
                assert "cell" in words or isinstance(row, ast.List), words
                if "cell" not in words:
                    assert all(isinstance(one, ast.Constant) for one in row.elts), words


def test_a_broken_picture_names_no_folder_of_the_installation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "broken.tif"
    tifffile.imwrite(file, np.zeros((8, 8), np.uint8))
    data = bytearray(file.read_bytes())
    for place in range(10, 140, 12):
        data[place + 2] = 119
    file.write_bytes(bytes(data))
    main(["rank", "demo", str(file), "--method", "saliency"])
    shown = capsys.readouterr()
    told = shown.out + shown.err
    assert "error:" in told
    assert "site-packages" not in told
    assert str(ROOT) not in told
    assert told.count("note:") <= notices.MOST


def test_what_libraries_say_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    shown, last = warnings.showwarning, logging.lastResort
    inside = f"{Path(warnings.__file__).parent}/x.py and {ROOT}/y.py and {sys.prefix}"
    with warnings.catch_warnings(), notices.in_short():
        warnings.simplefilter("always")
        for _ in range(3):
            warnings.warn(f"{EVIL} {inside}", UserWarning, stacklevel=1)
        other = logging.Logger("a-library")
        other.warning("%s", inside)
        for number in range(9):
            other.error("number %d", number)
    assert (warnings.showwarning, logging.lastResort) == (shown, last)
    told = capsys.readouterr().err
    assert printable(told)
    assert told.count("note:") == notices.MOST
    assert sys.prefix not in told
    assert str(ROOT) not in told
    assert "Warning" not in told


def test_copies_and_tables_obey_nothing() -> None:
    for text in (EVIL, LINKS, EVIL + LINKS):
        run = small_run(model=text, picture=text, failures={text: text}, summary=text)
        for form in ("html", "svg"):
            assert printable(render(subject_of(run), form).decode().replace("\t", " "))
        study = small_study(model=text, refused={text: text})
        told = render(study_subject_of(study), "html").decode()
        assert printable(told.replace("\t", " "))


def test_the_copy_for_a_pull_request_has_no_link() -> None:
    verdict = check_verdict(LINKS + EVIL)
    told = to_markdown(verdict)
    assert printable(told.replace(JOINER, ""))
    outside = re.sub(r"`[^`\n]*`", "", told)  # what is code is no link
    bare = outside.replace("\\", "")
    assert not [one for one in ("://", "www.", "who@c", "@team") if one in bare]
    assert "![" not in outside
    assert json.loads(json.dumps(to_json(verdict)))


def check_verdict(text: str):  # type: ignore[no-untyped-def]
    from xai_core.base.finding import Finding
    from xai_core.readiness.result import Availability, Verdict

    finding = Finding(text, "error", text, text, where=text, layer=text)
    return Verdict(
        level="rejected",
        summary=text,
        file=text,
        sha256="0" * 64,
        format=text,
        input_shape=None,
        output_shape=None,
        findings=(finding,),
        evidence={text: text},
        methods={"saliency": Availability(False, text)},
    )


def test_a_verdict_and_a_ranking_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    console.say(*check.as_text(check_verdict(EVIL)))
    one = Ranked(EVIL, EVIL, *(2 * [ordered({"a": 1.0}, "complexity", {}, 4)]), None)
    console.say(*output.as_text(AskedMetric("complexity"), 0.2, [one]))
    told = capsys.readouterr().out
    assert printable(told)
    assert "\nERROR: forged" not in told

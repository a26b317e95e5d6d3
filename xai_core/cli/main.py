"""Parse the command line, run a subcommand, turn errors into one line and an exit code."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from xai_core.base.errors import InputError, WorkerError, XaiError, first_line
from xai_core.base.text import terminal
from xai_core.cli import arguments, notices
from xai_core.cli.console import tell
from xai_core.cli.study.arguments import add_study

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130

EPILOG = """exit codes of check: 0 ready, 10 input-gradients, 11 inference-only, 12 rejected,
13 unproven; of explain: 3 the map is empty;
of the others: 0 done, 1 failed; of all: 2 wrong usage"""


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Print the message and leave with the exit code for wrong usage."""
        told = terminal(f"{self.prog}: {message} (see {self.prog} --help)")
        self.exit(WRONG_USAGE, f"{told}\n")


def parser() -> Parser:
    """The whole command line."""
    whole = Parser(prog=_called_as(), description=__doc__, epilog=EPILOG)
    whole.description = "Can a vision model be explained with gradients, and how?"
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="open the dashboard")
    arguments.add_run(run)
    check = commands.add_parser("check", help="assess a model file and print the verdict")
    explain = commands.add_parser("explain", help="write the raw attribution of a picture")
    rank = commands.add_parser("rank", help="rank methods by a metric, raw and after removal")
    arguments.add_check(check)
    arguments.add_explain(explain)
    arguments.add_rank(rank)
    study = commands.add_parser("study", help="many pictures: start, watch or go on with a study")
    add_study(study)
    compare = commands.add_parser("compare", help="two models on the same pictures")
    arguments.add_compare(compare)
    noise = commands.add_parser("noise", help="how much noise a model bears, for noise methods")
    arguments.add_noise(noise)
    report = commands.add_parser("report", help="write a kept run as picture, HTML or zip")
    arguments.add_report(report)
    access = commands.add_parser("check-access", help="does a proxy tell whom it speaks for?")
    arguments.add_check_access(access)
    return whole


def _called_as() -> str:
    """The installed command, or the module."""
    command = Path(sys.argv[0]).stem
    return command if command == "pedestal" else "python -m xai_core"


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    args = parser().parse_args(words)
    command = importlib.import_module(f"xai_core.cli.commands.{args.command.replace('-', '_')}")
    try:
        with notices.in_short():
            code: int = command.run(args)
        sys.stdout.flush()
    except InputError as error:
        return _fail(error, WRONG_USAGE)
    except XaiError as error:
        return _fail(error, FAILED)
    except KeyboardInterrupt:
        tell("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        _say_no_more()
        return FAILED
    except OSError as cause:
        return _refused(cause)
    return code


def _refused(cause: OSError) -> int:
    """What the system refuses, wherever it is met: a path that was given, or the output."""
    why = cause.strerror or first_line(cause)
    if cause.filename is not None:
        told = f"{cause.filename} cannot be used: {why}."
        return _fail(
            InputError(told, "Check the path, and who may read and write it."), WRONG_USAGE
        )
    _say_no_more()
    return _fail(XaiError(f"It cannot go on: {why}.", "Check the disk that it writes to."), FAILED)


def _say_no_more() -> None:
    """What is still to be written to standard output is dropped: it would fail once more."""
    with suppress(OSError, ValueError):  # it is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: XaiError, code: int) -> int:
    tell("error: " + " ".join(str(error).split()))
    if isinstance(error, WorkerError):
        for line in error.facts.get("log", []):
            tell(f"  | {line}")
    return code

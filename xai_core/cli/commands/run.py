"""`run`: the dashboard, in this process' place."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import xai_core
from xai_core.base.errors import XaiError
from xai_core.base.storage.owner import check_data_folder
from xai_core.cage.protect import missing
from xai_core.cage.root import as_root
from xai_core.cli.console import tell
from xai_core.worker.process.folder import clear_all

ROOT = Path(xai_core.__file__).resolve().parents[1]
# In an installation; in a checkout the script lies at the top.
INSTALLED = ROOT / "pedestal_dashboard" / "app.py"


def run(args: argparse.Namespace) -> int:
    """Start the server and stay until it ends; its exit code.

    Raises:
        InputError: another server uses the data folder.
    """
    command = server(args)
    lacking = missing()
    if lacking.guards:
        tell(f"protection {lacking.sentence}")
    if (told := as_root()) is not None:
        tell(f"root {told}")
    check_data_folder()
    clear_all()
    sys.stderr.flush()
    sys.stdout.flush()
    if os.name != "nt":  # there a process that takes another's place leaves its console
        os.execv(command[0], command)  # noqa: S606 - the user's own words
    return subprocess.call(command)  # noqa: S603 - likewise


def server(args: argparse.Namespace) -> list[str]:
    """The command that starts it. Raises `XaiError` where there is no dashboard."""
    if importlib.util.find_spec("streamlit") is None:
        raise XaiError(
            "The dashboard needs Streamlit, which is not installed here.", "Install it: streamlit."
        )
    # Without -P a file of the current folder could stand in for a library.
    words = [sys.executable, "-P", "-m", "streamlit", "run", str(script())]
    if args.port is not None:
        words += ["--server.port", str(args.port)]
    if args.address is not None:
        words += ["--server.address", args.address]
    return words + args.options


def script() -> Path:
    """The dashboard's router. Raises `XaiError` where the core came alone."""
    for path in (INSTALLED, ROOT / "app.py"):
        if path.is_file():
            return path
    raise XaiError(
        f"The dashboard should be at {INSTALLED}, and is not there.",
        "Install Pedestal whole: pip install --force-reinstall --no-deps pedestal.",
    )

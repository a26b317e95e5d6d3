"""Temporary folders of the workers of a study: no kill leaves one behind for long."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.studies.jobs.tiny import make
from xai_core.base.storage.lock import LOCKS
from xai_core.studies.host.exchange import Chunk
from xai_core.studies.host.host import PREFIX, Host
from xai_core.studies.host.temporary import temporary
from xai_core.studies.shards.keys import Keys
from xai_core.worker.process.budget import Budget

KILLED = """
import os, sys
from pathlib import Path
from xai_core.studies.host.temporary import temporary
with temporary(sys.argv[1], Path(sys.argv[2])) as folder:
    (folder / "picture.png").write_bytes(b"")
    os.kill(os.getpid(), 9)
"""


def there(root: Path) -> set[Path]:
    """All but what the model's own process has."""
    return {one for one in root.iterdir() if not one.name.startswith("xai-worker-")}


@pytest.mark.skipif(not LOCKS, reason="no such locks here")
def test_a_host_deletes_what_a_killed_one_has_left_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, root = make(tmp_path / "plan", 0), tmp_path / "temporary"
    root.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(root))
    command = [sys.executable, "-c", KILLED, PREFIX, str(root)]
    assert subprocess.run(command, check=False).returncode == -9
    (left,) = root.iterdir()
    other, fresh = root / "another", root / f"{PREFIX}fresh"
    other.mkdir()
    with temporary(PREFIX) as living:
        for one in (left, other, living):
            os.utime(one, (0, 0))
        fresh.mkdir()
        host = Host(plan.task(), Keys(), Budget.configured())
        try:
            assert there(root) == {other, living, fresh}
            assert host.compute(Chunk(0, ())).failure is None
        finally:
            host.close()
    assert there(root) == {other, fresh}

"""Where a folder lies: on a disk of this machine, or on another one's over a network."""

from __future__ import annotations

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
REMOTE = re.compile(
    r"nfs\d*|cifs|smb\d*|smbfs|9p|afs|ceph|lustre|gpfs|beegfs|glusterfs|ocfs2|gfs2|fuse\..*|fuse"
)


def on_network(folder: Path) -> bool:
    """Whether other machines may have this folder too, as far as the system tells (Linux)."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    found, kind = "", ""
    place = os.path.realpath(folder)
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda one: chr(int(one[1], 8)), fields[4])
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(found):
            found, kind = point, after.split()[0]
    return bool(REMOTE.fullmatch(kind))

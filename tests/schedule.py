"""Which tests two processes share out as one piece: a group, else a file."""

from __future__ import annotations

from xdist.scheduler import LoadGroupScheduling


class ByFile(LoadGroupScheduling):
    """Tests that name no group run beside the others of their file.

    What a file sets up for all of its tests is set up once, and not in each process.
    """

    def _split_scope(self, nodeid: str) -> str:
        group = super()._split_scope(nodeid)
        return group.partition("::")[0] if group == nodeid else group

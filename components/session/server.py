"""What a server does before anybody uses it: own its data folder, and clear what is nobody's."""

from __future__ import annotations

from xai_core.base.storage.owner import own_data_folder
from xai_core.base.storage.quota import clear_data_folder
from xai_core.worker.process.folder import clear_once


def claim() -> None:
    """Be the server of the data folder. Quick where it is already.

    Raises:
        InputError: another server is.
    """
    if own_data_folder():
        clear_data_folder()
    clear_once()

"""The tensors of a checkpoint, without its code: objects of other classes become husks."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

from xai_core.models.pickles.skeleton import Stub, walk
from xai_core.models.pickles.torch_file import TorchFile


def load_tensors(path: Path, file: TorchFile) -> Any:
    """The tensors and plain containers of a checkpoint; objects of other classes become husks.

    Nothing that the file names is imported beyond what rebuilds tensors. The object of a class
    that is not on torch's own list (a callback, a configuration) is replaced by an empty one.

    Raises:
        pickle.UnpicklingError: the file uses what torch's restricted unpickler does not know.
    """
    import torch

    mappings = {
        item.source for item in walk(file.contents.root) if isinstance(item, Stub) and item.held
    }
    husks = [(husk(OrderedDict if name in mappings else None), name.path) for name in file.names]
    with torch.serialization.safe_globals(list(husks)):
        return torch.load(path, map_location="cpu", weights_only=True)


def husk(stand_in: type | None) -> Any:
    """A class whose objects hold nothing but their plain attributes; or make a `stand_in`."""

    class Placeholder:
        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            # torch fills only exact dicts, so the husk of a mapping is one.
            return object.__new__(cls) if stand_in is None else stand_in()

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            pass

        def __setstate__(self, state: Any) -> None:
            # What a configuration holds (`argparse.Namespace`) is read as data.
            if isinstance(state, dict):
                vars(self).update({k: v for k, v in state.items() if isinstance(k, str)})

    return Placeholder

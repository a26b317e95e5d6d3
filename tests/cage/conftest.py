from __future__ import annotations

import importlib.util
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from xai_core.base.errors import XaiError
from xai_core.models.formats.base import LoadOptions
from xai_core.worker import Worker

CODE = Path(__file__).with_name("prober.py")
ROOT = Path(__file__).parents[2]
INPUTS = np.zeros((1, 3, 8, 8), np.float32)
Probe = Callable[[Worker], dict[str, str | None]]


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """Opens the trusted model of `prober.py` in a worker; what each of its attempts gave."""
    folder, secrets = tmp_path_factory.mktemp("model"), tmp_path_factory.mktemp("secrets")
    (secrets / "secret").write_text("hunter2")
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        local = stack.enter_context(socket.socket(socket.AF_UNIX))
        local.bind(str(secrets / "s"))
        local.listen()
        facts = {
            "secret": str(secrets / "secret"),
            "host": os.getpid(),
            "port": listener.getsockname()[1],
            "socket": str(secrets / "s"),
            "root": str(ROOT),
            "user": str(Path.home()),
            "shared": f"/dev/shm/probe-{os.getpid()}",  # noqa: S108 - that is the attempt
        }
        yield lambda worker: _probed(worker, folder / "prober.pt", facts)


def _probed(worker: Worker, path: Path, facts: dict[str, object]) -> dict[str, str | None]:
    import torch

    secret = Path(str(facts["secret"]))
    secret.with_suffix(".old").write_text("old")
    torch.save({"w": torch.ones(1)}, f"{secret}.zip")
    spec = importlib.util.spec_from_file_location("prober", CODE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["prober"] = module
    spec.loader.exec_module(module)
    torch.save(module.Prober(facts), path)
    del sys.modules["prober"]
    try:
        worker.load(path, LoadOptions(code=(CODE,), trust=True))
        with pytest.raises(XaiError, match="PROBED") as caught:
            worker.predict(INPUTS)
    finally:
        for left in (f"{secret}.new", str(facts["shared"]), str(ROOT / "xai_core" / "x")):
            Path(left).unlink(missing_ok=True)
    return dict(json.loads(caught.value.message.split("PROBED")[1]))

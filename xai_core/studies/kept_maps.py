"""The maps of many pictures by one model, kept one by one; for scales that go over pictures.

They lie beside the studies, and are deleted with them. All that names them is in a run, too: who
opens a run without its model still finds them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from xai_core.attribution.result import Attribution
from xai_core.base.pace import Pace
from xai_core.base.storage.files import data_folder, write_whole
from xai_core.base.storage.quota import STUDIES
from xai_core.base.target import Target
from xai_core.maps.canonical import before_removal
from xai_core.maps.recipe import Channels, Recipe
from xai_core.pictures.preprocessing import InputSpec
from xai_core.runs.run import Run
from xai_core.studies.store import digest_of, named

SCHEMA = 1
SHORT = 16  # hexadecimal digits of a picture's SHA-256 that name it


@dataclass(frozen=True)
class Origin:
    """What all these maps have in common; each field changes them.

    Attributes:
        architecture, output: as the model was opened with. code: SHA-256 of Python files.
        other_inputs: what goes in beside the picture. spec: how pictures become inputs.
        target: as asked for; None for the only output. channels: how the channels became one.
    """

    model_sha256: str
    architecture: str | None
    output: str | None
    code: tuple[str, ...]
    spec: InputSpec
    seed: int
    target: int | Target | None
    channels: Channels
    other_inputs: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """SHA-256 over all of it."""
        return digest_of({"maps": SCHEMA, **asdict(self), "spec": self.spec.to_dict()})


def origin_of(run: Run, channels: Channels, code: Sequence[Path] = ()) -> Origin | None:
    """That of a run's maps; None for a run of an early version, which does not say."""
    if run.input_spec is None or not run.attributions:
        return None
    return Origin(
        run.model_sha256,
        run.architecture,
        run.output,
        tuple(sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in code)),
        run.input_spec,
        next(iter(run.attributions.values())).seed,
        run.asked,
        channels,
        run.other_inputs,
    )


class KeptMaps:
    """The maps of one origin, on disk. For any thread; what `conduct` fills."""

    def __init__(self, origin: Origin, folder: Path | None = None) -> None:
        self.origin = origin
        self.folder = (folder or data_folder() / STUDIES) / origin.key

    @property
    def spec(self) -> InputSpec:
        """How pictures become inputs."""
        return self.origin.spec

    @property
    def seed(self) -> int:
        """Of all random draws."""
        return self.origin.seed

    @property
    def target(self) -> int | Target | None:
        """What is explained in every picture."""
        return self.origin.target

    @property
    def pace(self) -> Pace:
        """The plain one: these maps are set beside others of any pace."""
        return Pace()

    def map(
        self, picture: str, method: str, parameters: Mapping[str, Any]
    ) -> Float32[np.ndarray, "h w"] | None:
        """The map of a picture (its SHA-256, or the first digits of it), without its padding.

        Its channels are reduced and its values signed, where the method's are. None where it is not
        kept; empty where the method gave no map.
        """
        try:
            data = self._path(picture, method, parameters).read_bytes()
            found = np.load(io.BytesIO(data), allow_pickle=False)
        except (OSError, ValueError, EOFError):  # broken: then it is computed
            return None
        return found if found.ndim == 2 and found.dtype == np.float32 else None

    def knows(self, picture: str, method: str, parameters: Mapping[str, Any]) -> bool:
        """Whether nothing needs to be computed."""
        return self.map(picture, method, parameters) is not None

    def take(
        self,
        picture: str,
        method: str,
        parameters: Mapping[str, Any],
        attribution: Attribution,
        content: tuple[int, int, int, int],
    ) -> None:
        """Keep a map. `content`: where the picture is in the input. Raises `XaiError`."""
        as_it_is = Recipe(self.origin.channels, "as-is", content, None, None)
        self._write(picture, method, parameters, before_removal(attribution, as_it_is)[0])

    def refuse(
        self,
        picture: str,
        method: str,
        parameters: Mapping[str, Any],
        target: int | None,
        cause: str,
    ) -> None:
        """Keep that there is none."""
        self._write(picture, method, parameters, np.empty((0, 0)))

    def _write(
        self, picture: str, method: str, parameters: Mapping[str, Any], values: np.ndarray
    ) -> None:
        buffer = io.BytesIO()
        np.save(buffer, values.astype(np.float32), allow_pickle=False)
        write_whole(self._path(picture, method, parameters), buffer.getvalue())

    def _path(self, picture: str, method: str, parameters: Mapping[str, Any]) -> Path:
        return self.folder / f"{named(picture[:SHORT], method, parameters)}.npy"


def seen(values: Float32[np.ndarray, "h w"], recipe: Recipe) -> np.ndarray:
    """A kept map by the steps of a recipe that come after it was kept: sign, and grid."""
    return before_removal(values[None, None], replace(recipe, channels="sum", crop=None))[0]

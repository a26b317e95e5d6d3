"""The maps of many pictures by one model, kept one by one; for scales that go over pictures.

They lie beside the studies, and are deleted with them. All that names them is in a run, too: who
opens a run without its model still finds them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from xai_core.attribution.result import Attribution
from xai_core.base.storage.files import write_whole
from xai_core.base.target import Target
from xai_core.maps.canonical import before_removal
from xai_core.maps.recipe import Channels, Recipe
from xai_core.pictures.preprocessing import InputSpec
from xai_core.runs.run import Run
from xai_core.studies.records import Records, named
from xai_core.studies.setting import digest_of

SCHEMA = 1
NEWER = ("weights", "head_activation", "opening")  # maps of before had none, and keep their key
SHORT = 16  # hexadecimal digits of a picture's SHA-256 that name it


@dataclass(frozen=True)
class Origin:
    """What all these maps have in common; each field changes them.

    Attributes:
        architecture, output, weights, head_activation: as the model was opened with.
        opening: the model as it was opened, with trust and code, as runs of today name it.
        code: empty; maps of before were named by it, too.
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
    weights: str | None = None
    head_activation: str | None = None
    opening: str = ""

    @property
    def key(self) -> str:
        """SHA-256 over all of it."""
        told = {key: value for key, value in asdict(self).items() if key not in NEWER or value}
        return digest_of({"maps": SCHEMA, **told, "spec": self.spec.to_dict()})


def origin_of(run: Run, channels: Channels) -> Origin | None:
    """That of a run's maps; None for a run of an earlier version that does not say all of it.

    One with trust said that, and not what code of its own the model had.
    """
    if run.input_spec is None or not run.attributions or (run.trusted and not run.opening):
        return None
    return Origin(
        run.model_sha256,
        run.architecture,
        run.output,
        (),
        run.input_spec,
        next(iter(run.attributions.values())).seed,
        run.asked,
        channels,
        run.other_inputs,
        run.weights,
        run.head_activation,
        run.opening,
    )


class KeptMaps(Records[np.ndarray]):
    """The maps of one origin; at the plain pace, since they are set beside others of any pace.

    An entry is `[h, w]` without the picture's padding: its channels are reduced and its values
    signed, where the method's are. It is empty where the method gave no map.
    """

    def __init__(self, origin: Origin, folder: Path | None = None) -> None:
        super().__init__(origin, folder)
        self.origin = origin

    def entry(
        self, picture: str, method: str, parameters: Mapping[str, Any]
    ) -> Float32[np.ndarray, "h w"] | None:
        """As of `Records`; the first digits name a picture, too."""
        try:
            data = self._path(picture, method, parameters).read_bytes()
            found = np.load(io.BytesIO(data), allow_pickle=False)
        except (OSError, ValueError, EOFError):  # broken: then it is computed
            return None
        return found if found.ndim == 2 and found.dtype == np.float32 else None

    def keep(
        self, picture: str, method: str, parameters: Mapping[str, Any], entry: np.ndarray
    ) -> None:
        """As of `Records`."""
        buffer = io.BytesIO()
        np.save(buffer, entry.astype(np.float32), allow_pickle=False)
        write_whole(self._path(picture, method, parameters), buffer.getvalue())

    def of_map(self, attribution: Attribution, content: tuple[int, int, int, int]) -> np.ndarray:
        """As of `Records`."""
        as_it_is = Recipe(self.origin.channels, "as-is", content, None, None)
        return before_removal(attribution, as_it_is)[0]

    def of_failure(self, target: int | None, cause: str) -> np.ndarray:
        """As of `Records`."""
        return np.empty((0, 0))

    def _path(self, picture: str, method: str, parameters: Mapping[str, Any]) -> Path:
        return self.folder / f"{named(picture[:SHORT], method, parameters)}.npy"


def seen(values: Float32[np.ndarray, "h w"], recipe: Recipe) -> np.ndarray:
    """A kept map by the steps of a recipe that come after it was kept: sign, and grid."""
    return before_removal(values[None, None], replace(recipe, channels="sum", crop=None))[0]

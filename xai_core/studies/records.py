"""Where what is computed of many pictures is kept: a study's scores, or the maps themselves."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeAlias, TypeVar, cast

from xai_core.attribution.batches.order import Found, Refused
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.result import Attribution
from xai_core.base.pace import Pace
from xai_core.base.parameters import kept
from xai_core.base.storage.files import data_folder
from xai_core.base.storage.quota import STUDIES
from xai_core.base.target import Target
from xai_core.pictures.preprocessing import InputSpec, Prepared
from xai_core.runs.explainer import ManyExplainer
from xai_core.studies.figures.measured import Figures, Truth
from xai_core.studies.setting import digest_of

E = TypeVar("E")


class NamedPicture(Protocol):
    """A picture of a study."""

    @property
    def name(self) -> str:
        """For the eye."""

    @property
    def sha256(self) -> str:
        """Of its bytes."""

    @property
    def mask(self) -> Path | None:
        """The file of its ground truth."""

    @property
    def mask_sha256(self) -> str | None:
        """Of that file's bytes, where somebody has looked already."""


S = TypeVar("S", bound=NamedPicture)


class Question(Protocol):
    """What all entries have in common; `key` names their folder."""

    @property
    def spec(self) -> InputSpec:
        """How pictures become inputs."""

    @property
    def seed(self) -> int:
        """Of all random draws."""

    @property
    def target(self) -> int | Target | None:
        """Class index; None explains each picture's top class; or a target of another kind."""

    @property
    def key(self) -> str:
        """SHA-256 over all of it."""


class Records(ABC, Generic[E]):
    """The entries `E` of one question, a file each. For any thread; what `conduct` fills.

    A picture is named by its SHA-256; `names` says what else it is called, as far as is known.

    Args:
        folder: where studies are; None takes the data folder.
    """

    def __init__(self, question: Question, folder: Path | None) -> None:
        self.spec, self.seed, self.target = question.spec, question.seed, question.target
        self._key = question.key  # once: it reads the files of the model's code
        self.folder = (folder or data_folder() / STUDIES) / self._key
        self.names: dict[str, str] = {}

    def meet(self, subjects: Iterable[NamedPicture]) -> None:
        """What these pictures are called, and what else names their entries."""
        self.names.update({one.sha256: one.name for one in subjects})

    @property
    def pace(self) -> Pace:
        """How the model is run, the same for every picture."""
        return Pace()

    @abstractmethod
    def entry(self, picture: str, method: str, parameters: Mapping[str, Any]) -> E | None:
        """What is known of a picture by a method; None where nothing is."""

    @abstractmethod
    def keep(self, picture: str, method: str, parameters: Mapping[str, Any], entry: E) -> None:
        """Write an entry, or hold it for a moment: `flush` writes what is held.

        Raises:
            XaiError: the disk is full or cannot be written.
        """

    @abstractmethod
    def of_map(self, attribution: Attribution, content: tuple[int, int, int, int]) -> E:
        """The entry of an attribution. `content`: where the picture is in the input."""

    @abstractmethod
    def of_failure(self, target: int | None, cause: str) -> E:
        """The entry of a method that gave no map of this class."""

    def take_over(
        self, subjects: Sequence[NamedPicture], methods: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Keep what is known elsewhere of these. Raises as `keep`."""

    def lacking(
        self, pictures: Sequence[str], methods: Mapping[str, Mapping[str, Any]]
    ) -> tuple[str, ...]:
        """What is to be measured of the maps of these pictures (SHA-256), beside them."""
        return ()

    def measured(
        self,
        explainer: ManyExplainer,
        pictures: Sequence[Prepared],
        truths: Sequence[Truth],
        found: Sequence[Found],
        metrics: Sequence[str],
        cancel: threading.Event | None = None,
    ) -> Sequence[Mapping[str, Figures]]:
        """These metrics, of each picture by method. Raises as `figures_of`."""
        return [{} for _ in pictures]

    def with_figures(self, entry: E, figures: Figures | None) -> E:
        """The entry with what was measured of its map."""
        return entry

    def flush(self) -> None:
        """Write what is held; when this returns, a kill does not lose it. Raises as `keep`."""

    def of_chunk(
        self,
        pictures: Sequence[Prepared],
        found: Sequence[Found],
        figures: Sequence[Mapping[str, Figures]],
    ) -> list[dict[str, E]]:
        """The entries of several pictures, by method. figures: of their maps, as far as any."""
        return [
            {
                name: self.of_failure(one.target, one.cause)
                if isinstance(one, Refused)
                else self.with_figures(self.of_map(one, picture.content), more.get(name))
                for name, one in maps.items()
            }
            for picture, maps, more in zip(pictures, found, figures, strict=True)
        ]

    def knows(self, picture: str, method: str, parameters: Mapping[str, Any]) -> bool:
        """Whether nothing needs to be computed."""
        return self.entry(picture, method, parameters) is not None


Rest = ParamSpec("Rest")
Result = TypeVar("Result")
Filler: TypeAlias = Callable[Concatenate["Records[Any]", Sequence[S], Rest], Result]


def flushed(fill: Filler[S, Rest, Result]) -> Filler[S, Rest, Result]:
    """A function that fills records, made to let them meet the pictures, and to flush them at
    its end, also where it is cancelled or fails."""

    @wraps(fill)
    def filling(
        records: Records[Any], subjects: Sequence[S], *rest: Rest.args, **more: Rest.kwargs
    ) -> Result:
        records.meet(subjects)
        try:
            return fill(records, subjects, *rest, **more)
        finally:
            records.flush()

    return cast("Filler[S, Rest, Result]", filling)


def named(picture: str, method: str, parameters: Mapping[str, Any]) -> str:
    """What the file of a picture by a method is called, without its ending."""
    return f"{picture}-{method}-{parameters_digest(method, parameters)[:16]}"


def parameters_digest(method: str, parameters: Mapping[str, Any]) -> str:
    """SHA-256 over what a map is kept under: a parameter that is added later changes no old one."""
    return _digest(method, json.dumps(dict(parameters), sort_keys=True, default=str))


@lru_cache(4096)  # a study has few, and asks for each picture
def _digest(method: str, parameters: str) -> str:
    given = json.loads(parameters)
    return digest_of(kept(METHODS[method].Parameters, given) if method in METHODS else given)

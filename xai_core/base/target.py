"""What is explained, as a value: asked for, and as it was fixed on one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from xai_core.base.errors import InputError

DEFAULT = "logit"


@dataclass(frozen=True)
class Target:
    """What is to be explained: `Target("margin", {"index": 3})`. JSON knows all of it.

    Attributes:
        kind: name of a plugin in `xai_core.targets`. parameters: of it; missing ones take their
            defaults, texts count as their values.
    """

    kind: str = DEFAULT
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.kind, tuple(sorted(self.parameters.items()))))

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `target_from` is the way back."""
        return {"kind": self.kind, "parameters": dict(self.parameters)}


@dataclass(frozen=True)
class Explained:
    """A target that was fixed on one picture, the same for all noisy copies of it.

    Attributes:
        target: as asked, with every parameter. chosen: what the model's prediction decided (class,
            runner-up, region), JSON-able. sentence: what is explained, for a person.
    """

    target: Target
    chosen: Mapping[str, Any]
    sentence: str

    @property
    def index(self) -> int | None:
        """The class or the output that it is of; None where there is but one, or it is of none."""
        found = self.chosen.get("index")
        return found if type(found) is int else None

    @property
    def _score(self) -> tuple[Any, ...]:
        """What makes the score of a class: which, of which entry, before which activation."""
        return (self.index, *(self.chosen.get(name, "") for name in ("path", "before")))

    def same_as(self, other: Explained) -> bool:
        """Whether it is the same score; how it was asked for and is told does not count."""
        if self.target.kind == other.target.kind == DEFAULT:
            return self._score == other._score
        return (self.target, dict(self.chosen)) == (other.target, dict(other.chosen))

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `explained_from` is the way back."""
        return {
            "target": self.target.to_dict(),
            "chosen": dict(self.chosen),
            "sentence": self.sentence,
        }


Asked: TypeAlias = int | Target | Explained | None
"""A class index, None for the top class, any other target, or one that is fixed already."""
AskedOfEach: TypeAlias = Asked | Sequence[int | Target | None]
"""The same for all pictures, or one for each."""


def as_target(asked: int | Target | None) -> Target:
    """An index or None as a target of the default kind."""
    if isinstance(asked, Target):
        return asked
    return Target(DEFAULT, {} if asked is None else {"index": asked})


def of_class(
    index: int | None, kind: str = "classes", place: Mapping[str, str] | None = None
) -> Explained:
    """The score of one class, or the only score, without a name.

    Args:
        kind: of the output. place: of the score in it, as `targets.outputs.place_of` tells it.
    """
    told = "the only output" if index is None else f"the score of class {index}"
    if before := (place or {}).get("before"):
        told += f" before the {before}"
    target = Target(DEFAULT, {"index": -1 if index is None else index})
    return Explained(target, {"index": index, "kind": kind, **(place or {})}, told)


def class_name(label: str, index: int) -> str:
    """A class by its name and number; one that has no name by its number alone."""
    bare = f"class {index}"
    return bare if label in ("", str(index), bare) else f"{label} ({index})"


def over_pictures(asked: int | Target | None) -> str:
    """What is explained in every picture of many, for a person."""
    if asked is None:
        return "each picture's top class"
    if not isinstance(asked, Target):
        return f"class {asked}"
    given = ", ".join(f"{name} {value}"[:60] for name, value in asked.parameters.items())
    return f"{asked.kind} ({given})" if given else asked.kind


def target_from(data: Any) -> Target:
    """The target that `Target.to_dict` wrote.

    Raises:
        InputError: it is something else.
    """
    if (
        isinstance(data, Mapping)
        and isinstance(data.get("kind"), str)
        and isinstance(data.get("parameters"), Mapping)
        and all(isinstance(one, str | int | float) for one in data["parameters"].values())
    ):
        return Target(data["kind"], {str(key): one for key, one in data["parameters"].items()})
    raise InputError("A target has a kind and parameters; this is none.")


def explained_from(data: Any) -> Explained:
    """What `Explained.to_dict` wrote. Raises `InputError` where it is something else."""
    if (
        isinstance(data, Mapping)
        and isinstance(data.get("chosen"), Mapping)
        and isinstance(data.get("sentence"), str)
    ):
        return Explained(target_from(data.get("target")), dict(data["chosen"]), data["sentence"])
    raise InputError("What was explained is not readable.")


def class_or_target(data: Any) -> int | Target | None:
    """A class index, None or a target that `asked_to_json` wrote. Raises `InputError`."""
    return data if data is None or type(data) is int else target_from(data)


def asked_to_json(asked: Asked) -> Any:
    """A target of any form as JSON; `asked_from_json` is the way back."""
    return asked.to_dict() if isinstance(asked, Target | Explained) else asked


def asked_from_json(data: Any) -> Asked:
    """The target that `asked_to_json` wrote. Raises `InputError`."""
    fixed = isinstance(data, Mapping) and "chosen" in data
    return explained_from(data) if fixed else class_or_target(data)

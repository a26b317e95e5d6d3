"""The recipe from a raw attribution to a canonical map, as a value that is shown and kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from xai_core.base.errors import InputError

Channels = Literal["sum", "mean", "l1", "l2", "max-abs"]
Sign = Literal["absolute", "positive", "negative", "as-is"]


@dataclass(frozen=True)
class Recipe:
    """How a raw attribution becomes a canonical map, in this order.

    Attributes:
        channels: `sum`, `mean`, `l1` (sum of magnitudes), `l2`, or `max-abs` (the value of the
            largest magnitude, with its sign).
        sign: `absolute`, the `positive` or the `negative` part, or `as-is`.
        crop: `(top, left, bottom, right)` of the picture inside the input; None keeps all.
        grid: `(h, w)` that every map is resized to (bilinear, averaged when shrunk); None keeps.
        quantile: in [0, 1]; the map's value at it is subtracted, what falls below 0 is 0.
            None removes nothing.
    """

    channels: Channels = "sum"
    sign: Sign = "absolute"
    crop: tuple[int, int, int, int] | None = None
    grid: tuple[int, int] | None = None
    quantile: float | None = 0.2

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("channels", self.channels, get_args(Channels)),
            ("sign", self.sign, get_args(Sign)),
        ):
            if value not in choices:
                raise InputError(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        if self.quantile is not None:
            check_quantile(self.quantile)
        if self.grid is not None and min(self.grid) < 1:
            raise InputError(f"A grid needs sides of at least 1, not {self.grid}.")

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `Recipe.from_dict` is the way back."""
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Recipe:
        """The recipe that `to_dict` wrote."""
        boxes = {name: tuple(data[name]) for name in ("crop", "grid") if data.get(name)}
        return Recipe(**{**data, **boxes})


def check_quantile(quantile: float) -> None:
    """Raises `InputError` for a number outside [0, 1]."""
    if not 0.0 <= quantile <= 1.0:
        raise InputError(
            f"A quantile lies between 0 and 1, not at {quantile}.",
            "0.2 removes the lowest fifth of a map's values.",
        )

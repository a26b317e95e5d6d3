"""What is left open of the fixed inputs, found by running the module."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from xai_core.base.errors import InputError, ModelError
from xai_core.base.input_spec import InputSpec
from xai_core.models.fixed_inputs.call import MASK, NUMBER, PICTURE, Call
from xai_core.models.other_inputs import OtherInput, array_of, in_channels

if TYPE_CHECKING:
    from torch import Tensor, nn

SECONDS, MOST = 20.0, 40


def settle(module: nn.Module, call: Call, pictures: Sequence[OtherInput], spec: InputSpec) -> None:
    """Find the shapes of inputs of which only a number is said, and the channels of pictures, by
    running the module.

    A number alone comes first; then a picture like the explained one, one of one channel, and a
    vector as a linear layer takes it. Where none runs, it stays a number. A picture has as many
    channels as the explained one where that runs.
    """
    from itertools import islice, product

    from xai_core.models.conversion.deadline import deadline
    from xai_core.models.conversion.fitting import trying
    from xai_core.readiness.setting.shapes import candidates
    from xai_core.readiness.setting.sizes import first_fit

    numbers = (NUMBER, PICTURE, MASK, *_widths(module))
    made = [_prepared(one, spec) for one in pictures]
    choices = [*([numbers] * len(call.opened)), *(list(one) for one in made)]
    shapes = (spec.shape, *islice(candidates(module), 3))
    limit = deadline(SECONDS, "The search for inputs")
    with suppress(ModelError), limit, trying(module) as attempt:
        for one in islice(product(*choices), MOST):
            call.chosen.update(zip(call.opened, one, strict=False))
            counts = zip(pictures, made, one[len(call.opened) :], strict=True)
            call.values.update({each.name: values[count] for each, values, count in counts})
            if first_fit(attempt, shapes) is not None:
                return
    call.chosen.clear()
    call.values.update({one.name: made[at][spec.channels] for at, one in enumerate(pictures)})


def _prepared(picture: OtherInput, spec: InputSpec) -> dict[int, Tensor]:
    """The picture in as many channels as the explained one, then in others, by their number."""
    import torch

    counts = dict.fromkeys((spec.channels, 1, 3, 4))
    found = {}
    for count in counts:
        try:
            found[count] = torch.from_numpy(array_of(picture, in_channels(spec, count)))
        except InputError:  # not every picture can have so many
            if not found:
                raise
    return found


def _widths(module: nn.Module) -> list[int]:
    """What its linear layers take."""
    taken = [parameter.shape[1] for parameter in module.parameters() if parameter.ndim == 2]
    return list(dict.fromkeys(taken))[:8]

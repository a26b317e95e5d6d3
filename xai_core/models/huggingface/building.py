"""A network of transformers, built from its configuration and filled with the file's tensors.

The library's own loader puts the tensors in: versions name them differently, and it knows how.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError, first_line
from xai_core.models.huggingface.library import config_class, offline
from xai_core.models.pickles.odd_tensors import refuse_imaginary

if TYPE_CHECKING:
    from torch import Tensor, nn

COUNTER = "num_batches_tracked"  # older versions of torch did not save it
DROPPED = (
    *("auto_map", "quantization_config", "torch_dtype", "dtype", "torchscript", "return_dict"),
    *("use_return_dict", "output_hidden_states", "output_attentions", "custom_pipelines"),
    *("attn_implementation", "_attn_implementation", "_attn_implementation_internal"),
)
"""What a configuration may not decide here: code of its own, kernels, the form of the output."""


@dataclass(frozen=True)
class Filled:
    """A network and how the tensors went into it.

    Attributes:
        missing: tensors of the network that the file lacks. unexpected: the reverse.
        mismatched: name and both shapes, in words.
    """

    network: nn.Module
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    mismatched: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Every tensor of the network is the file's."""
        return not self.missing and not self.mismatched


def configuration(held: Mapping[str, Any], family: str) -> Any:
    """The library's configuration object.

    Raises:
        ModelError: `missing-architecture`, this version knows no such family, or refuses it.
    """
    kind = config_class(family)
    if kind is None:
        raise _unknown(held, family)
    try:
        with offline():
            return kind.from_dict(_plain(dict(held)))
    except Exception as cause:  # each family checks its numbers in its own way
        raise ModelError(
            f"config.json describes no model of the family {family!r}: {first_line(cause)}",
            "Give the config.json that was saved with these weights.",
            code="missing-architecture",
        ) from cause


def fill(kind: Any, config: Any, tensors: Mapping[str, Tensor], **options: Any) -> Filled:
    """Build the class and put the tensors in.

    Raises:
        ModelError: `missing-architecture`, the library does not build it.
    """
    import torch

    refuse_imaginary(tensors)
    try:
        with (
            offline(),
            contextlib.redirect_stdout(io.StringIO()),
            warnings.catch_warnings(),
            torch.random.fork_rng(devices=[]),
        ):
            warnings.simplefilter("ignore")
            network, told = kind.from_pretrained(
                None,
                config=config,
                state_dict=dict(tensors),
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are told, and refused by whoever asks
                local_files_only=True,
                dtype=torch.float32,
                **options,
            )
    except Exception as cause:  # configurations fail in as many ways as there are families
        raise ModelError(
            f"transformers does not build {kind.__name__} from this config.json: "
            f"{type(cause).__name__}: {first_line(cause)}",
            "Give the config.json that was saved with these weights.",
            code="missing-architecture",
        ) from cause
    return Filled(
        network,
        tuple(sorted(name for name in told["missing_keys"] if not name.endswith(COUNTER))),
        tuple(sorted(told["unexpected_keys"])),
        tuple(
            f"{name} is {tuple(given)} in the file and {tuple(wanted)} in the model"
            for name, given, wanted in sorted(told["mismatched_keys"])
        ),
    )


def _plain(value: Any) -> Any:
    """Without what a configuration may not decide, at any depth."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _plain(one) for key, one in value.items() if key not in DROPPED}
    if kept.get("use_pretrained_backbone"):
        kept["use_pretrained_backbone"] = False  # its weights are in the file
    return kept


def _unknown(held: Mapping[str, Any], family: str) -> ModelError:
    own = " Its own code, which the file names under auto_map, is never run." * ("auto_map" in held)
    return ModelError(
        f"The installed transformers knows no model of the family {family!r}.{own}",
        "Install the version of transformers that wrote the file, or save the whole model with "
        "torch.save(model, path) and give its Python files, trusted.",
        code="missing-architecture",
    )

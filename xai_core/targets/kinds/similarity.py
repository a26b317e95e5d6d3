"""How like another picture the model finds this one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter
from xai_core.targets.kinds.base import TARGETS, Labels, Seen, TargetKind, not_boxes
from xai_core.targets.outputs import OutputForm, place_of, score_matrix, scored

if TYPE_CHECKING:
    from torch import Tensor

MAX_NAME, MAX_TEXT = 80, 100_000


@dataclass(frozen=True)
class SimilarityParameters:
    """Of a similarity."""

    reference: str = parameter(
        "", "The other picture; its embedding is computed once and stays fixed.", holds="embedding"
    )


@TARGETS.register
class Similarity(TargetKind):
    """`cos(e(x), r)`: r is the other picture's embedding, computed once without noise, detached.

    Of a dense output the embedding is its mean over the picture.
    """

    name = "similarity"
    title = "Similarity to another picture"
    order = 110
    summary = "Embeddings: what makes the model find this picture like another one."
    formula = "`e · r / (|e| |r|)`, `r` the embedding of the other picture"
    Parameters = SimilarityParameters

    def unfit_because(self, form: OutputForm) -> str | None:
        if form.channels < 2:
            return "It needs an embedding of several numbers; the output is a single one."
        return not_boxes(form)

    def choose(self, seen: Seen, parameters: SimilarityParameters) -> dict[str, Any]:
        if not parameters.reference:
            raise InputError("There is no other picture yet.", "Choose one to compare with.")
        name, vector = embedding(parameters.reference)
        length = seen.prediction.scores.shape[1]
        if len(vector) != length:
            raise InputError(
                f"The other picture's embedding has {len(vector)} numbers, this model's {length}.",
                "Choose the other picture again, with this model.",
            )
        return {"name": name, **place_of(seen.form, before=False)}

    def score(
        self, output: Any, batch: int, parameters: SimilarityParameters, chosen: Mapping[str, Any]
    ) -> Tensor:
        import torch

        found = score_matrix(scored(output, chosen), batch)
        other = torch.from_numpy(embedding(parameters.reference)[1].copy()).to(found)
        return torch.nn.functional.cosine_similarity(found, other[None], dim=1)

    def sentence(
        self, parameters: SimilarityParameters, chosen: Mapping[str, Any], labels: Labels
    ) -> str:
        return f"the cosine similarity to the embedding of {chosen['name'] or 'another picture'}"


def reference(vector: Float32[np.ndarray, "k"], name: str = "") -> str:
    """An embedding as the target's parameter: a picture's name, and the numbers in base 64."""
    numbers = base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode()
    text = f"{name[:MAX_NAME]}:{numbers}"
    if len(text) > MAX_TEXT:
        raise InputError(f"An embedding of {len(vector)} numbers is too long to be kept.")
    return text


def embedding(text: str) -> tuple[str, Float32[np.ndarray, "k"]]:
    """The name and the numbers that `reference` wrote.

    Raises:
        InputError: it is something else, or not finite.
    """
    name, colon, numbers = text.rpartition(":")
    try:
        vector = np.frombuffer(base64.b64decode(numbers, validate=True), dtype="<f4")
    except (binascii.Error, ValueError):
        vector = np.empty(0, dtype="<f4")
    if not (colon and len(vector) and np.isfinite(vector).all()):
        raise InputError(
            "The other picture is given as its embedding; this is none.",
            "Make it with xai_core.targets.kinds.similarity.reference, or give the picture's file.",
        )
    return name, vector.astype(np.float32)

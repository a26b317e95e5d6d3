"""Which entry of a nested output holds the scores.

The forms are those that networks in use give: torchvision (`out`, `aux`), GoogLeNet's named tuple,
transformers' `ModelOutput` and dataclasses, re-identification (`(embedding, logits)`), U²-Net
(a list), DETR (facebookresearch/detr), Keras heads (`{box, kind}`).
"""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from xai_core.attribution.passes.lineage import observed
from xai_core.targets import entries, main_output
from xai_core.targets.entry_choice import Entry, choose, words_of
from xai_core.targets.output_entry import OutputEntry

LOGITS, FEATURES, MAPS = (1, 4), (1, 16), (1, 16, 8, 8)


def taken(*found: tuple[str, tuple[int, ...]], labels: int | None = None) -> tuple[str, bool]:
    choice = choose([Entry(*one) for one in found], labels)
    return choice.path, bool(choice.doubt)


@pytest.mark.parametrize(
    ("found", "path"),
    [
        ([("['embedding']", FEATURES), ("['class_scores']", LOGITS)], "['class_scores']"),
        ([("['box']", (1, 4)), ("['kind']", LOGITS)], "['kind']"),
        ([("['hidden_states'][0]", MAPS), ("['logits']", LOGITS)], "['logits']"),
        ([(".aux_logits2", LOGITS), (".logits", LOGITS)], ".logits"),
        ([("['aux']", MAPS), ("['out']", MAPS)], "['out']"),
        ([("['loss']", ()), ("['logits']", LOGITS)], "['logits']"),
        ([("['class_embed']", FEATURES), ("['probabilities']", LOGITS)], "['probabilities']"),
        ([("['attention_map']", (1, 8, 8)), ("['clsScore']", LOGITS)], "['clsScore']"),
        ([("['pred_boxes']", (1, 9, 4)), ("['pred_logits']", (1, 9, 5))], "['pred_logits']"),
        ([("[0]", LOGITS), ("[1]", LOGITS)], "[0]"),
        ([("[0]", MAPS), ("[1]", LOGITS)], "[1]"),
    ],
)
def test_names_and_shapes_decide(found: list[Any], path: str) -> None:
    assert taken(*found)[0] == path
    assert taken(*reversed(found))[0] == (path if path != "[0]" else "[1]")


def test_the_number_of_labels_decides_between_what_names_do_not() -> None:
    found = ("[0]", FEATURES), ("[1]", LOGITS)
    assert taken(*found, labels=4) == ("[1]", False)
    assert taken(*found, labels=16) == ("[0]", False)
    assert taken(*found)[1]


@pytest.mark.parametrize("name", ["embedding", "feat", "last_hidden_state", "cls_token", "aux"])
def test_an_embedding_is_never_taken_without_a_doubt(name: str) -> None:
    assert taken((f"['{name}']", FEATURES)) == (f"['{name}']", True)
    assert taken((f".{name}", FEATURES), ("['loss']", ())) == (f".{name}", True)


def test_a_plain_or_well_named_output_is_not_doubted() -> None:
    for path in ("", "['logits']", ".scores", "['mask']", "[0]"):
        assert taken((path, LOGITS)) == (path, False)


def test_words_are_read_in_all_usual_spellings() -> None:
    assert words_of("['pred_logits']") == [["pred", "logits"]]
    assert words_of(".clsScore[0]") == [["cls", "score"]]
    assert words_of("['heads']['KIND1']") == [["heads"], ["kind"]]


@dataclass
class Plain:
    loss: Any = None
    logits: Any = None
    hidden_states: Any = None


class Output(OrderedDict[str, Any]):
    """As `transformers.utils.ModelOutput`."""


Named = namedtuple("Named", "aux_logits logits")
SCORES, MAP = torch.rand(LOGITS), torch.rand(MAPS)


@pytest.mark.parametrize(
    ("output", "path"),
    [
        (Plain(logits=SCORES, hidden_states=(MAP,)), ".logits"),
        (Output(hidden_states=(MAP,), logits=SCORES), "['logits']"),
        (Named(SCORES.clone(), SCORES), ".logits"),
        (SimpleNamespace(features=MAP, scores=SCORES), ".scores"),
        ([Plain(logits=SCORES), "text", None], "[0].logits"),
    ],
)
def test_objects_are_read(output: Any, path: str) -> None:
    found, tensor = main_output(output)
    assert found == path
    assert tensor is SCORES
    assert OutputEntry(path).of(output) is SCORES
    assert OutputEntry("[1]").of(Named(MAP, SCORES)) is SCORES


def test_an_object_that_refers_to_itself_ends() -> None:
    circle = SimpleNamespace(scores=SCORES)
    circle.me = circle
    assert main_output(circle)[1] is SCORES
    assert not list(entries(nn.Linear(2, 2)))


class Heads(nn.Module):
    """Re-identification: `(embedding, logits)` behind a bottleneck, as in BNNeck."""

    def __init__(self, *, scores_first: bool) -> None:
        super().__init__()
        self.body, self.neck = nn.Conv2d(3, 16, 3), nn.BatchNorm1d(16)
        self.head, self.scores_first = nn.Linear(16, 24), scores_first

    def forward(self, x: torch.Tensor) -> Any:
        features = self.body(x).mean((2, 3))
        scores = self.head(self.neck(features))
        return (scores, features) if self.scores_first else (features, scores)


@pytest.mark.parametrize("scores_first", [True, False])
def test_what_another_entry_is_computed_from_is_not_the_score(scores_first: bool) -> None:
    net = Heads(scores_first=scores_first).eval()
    output = observed(net)(torch.rand(1, 3, 8, 8))
    assert main_output(output)[0] == ("[0]" if scores_first else "[1]")


def test_probabilities_beside_their_logits_do_not_make_these_features() -> None:
    class Both(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            scores = x.mean((2, 3))
            return {"logits": scores, "heat": scores.softmax(1)}

    assert main_output(observed(Both())(torch.rand(1, 3, 8, 8)))[0] == "['logits']"

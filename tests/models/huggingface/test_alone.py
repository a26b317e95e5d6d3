"""Weights without `config.json`: built where shapes tell all that counts, else the files to add."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.handover import huggingface_nets as nets
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model

pytestmark = pytest.mark.filterwarnings("ignore")
WIDE = {"hidden_size": 192, "num_attention_heads": 3}
B0 = {
    "hidden_sizes": [32, 64, 160, 256],
    "num_attention_heads": [1, 2, 5, 8],
    "decoder_hidden_size": 24,
}
BOTTLENECK = {"layer_type": "bottleneck", "hidden_sizes": [16, 32, 48, 64]}
BUILT = {
    "vit": lambda: nets.vit(**WIDE),
    "deit": lambda: nets.deit(**WIDE),
    "dinov2": lambda: nets.dinov2(**WIDE),
    "beit": nets.beit,
    "swin": nets.swin,
    "convnext": nets.convnext,
    "resnet": nets.resnet,
    "segformer": lambda: nets.segformer(**B0),
}


@pytest.mark.parametrize("form", ["saved", "state dict"])
@pytest.mark.parametrize("family", BUILT)
def test_as_the_original(family: str, form: str, tmp_path: Path) -> None:
    """By the names on disk, and by those in memory, which differ."""
    net = BUILT[family]()
    path = tmp_path / "weights"
    if form == "saved":
        net.save_pretrained(tmp_path / "model")
        (tmp_path / "model" / "model.safetensors").rename(path)
    else:
        torch.save(net.state_dict(), path)
    model = load_model(path)
    assert "configuration-assumed" in {one.code for one in model.findings}
    assert model.module is not None
    given = torch.randn(1, *model.input_spec.shape)
    with torch.no_grad():
        found, expected = model.module(given), net(given)
    wanted = expected.get("logits", expected.get("pooler_output"))
    torch.testing.assert_close(found if torch.is_tensor(found) else found["logits"], wanted)


@pytest.mark.parametrize("make", [nets.vit, nets.mobilevit, nets.detr, nets.clip_vision])
def test_what_shapes_do_not_say_is_asked_for(make: object, tmp_path: Path) -> None:
    assert callable(make)
    torch.save(make().state_dict(), tmp_path / "weights")
    with pytest.raises(ModelError, match=r"`config\.json` and `preprocessor_config\.json`") as told:
        load_model(tmp_path / "weights")
    assert told.value.code == "missing-architecture"


def test_the_user_s_own_code_goes_first(tmp_path: Path) -> None:
    torch.save(nets.vit().state_dict(), tmp_path / "weights")
    code = tmp_path / "mine.py"
    code.write_text("from tests.handover import huggingface_nets as nets\n\nbuild = nets.vit\n")
    model = load_model(tmp_path / "weights", LoadOptions(code=(code,), trust=True))
    assert model.loaded_by.startswith("weights put into build")

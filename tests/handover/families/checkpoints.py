"""Checkpoints that hold more than one set of weights, or how pictures are prepared.

timm/utils/checkpoint_saver.py (`state_dict_ema`, `args`), torch/optim/swa_utils.py
(`n_averaged`, `module.`), Lightning's `state_dict` with an averaged copy beside the network,
facebookresearch/dino (`student`, `teacher`).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import timm
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from tests.handover.case import Case, Handed
from xai_core.models.formats.base import LoadOptions

FAMILY = "checkpoint"
Put = Callable[[nn.Module, nn.Module], Any]


def _network(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return timm.create_model("lcnet_050", num_classes=5).eval()


def _written(put: Put, *proposed: LoadOptions, averaged: bool = True) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        plain, average = _network(0), _network(1)
        torch.save(put(plain, average), folder / "model.pth.tar")
        net = average if averaged else plain
        return Handed(folder / "model.pth.tar", net, proposed=proposed)

    return write


def _timm(plain: nn.Module, average: nn.Module) -> Any:
    args = argparse.Namespace(model="lcnet_050", mean=[0.5] * 3, std=[0.5] * 3, img_size=96)
    weights = {"state_dict": plain.state_dict(), "state_dict_ema": average.state_dict()}
    return {"epoch": 9, "arch": "lcnet_050", "args": args, "optimizer": {}, **weights}


def _lightning(plain: nn.Module, average: nn.Module) -> Any:
    own = {f"model.{name}": t for name, t in plain.state_dict().items()}
    copy = {f"ema_model.module.{name}": t for name, t in average.state_dict().items()}
    state = {**own, **copy, "ema_model.n_averaged": torch.tensor(7), "loss.weight": torch.ones(5)}
    return {"state_dict": state, "hyper_parameters": {"lr": 0.1, "image_size": 96}}


def _teacher(plain: nn.Module, average: nn.Module) -> Any:
    prefixed = {f"module.{name}": t for name, t in average.state_dict().items()}
    return {"student": plain.state_dict(), "teacher": prefixed}


def _shadow(plain: nn.Module, average: nn.Module) -> Any:
    average.load_state_dict({**plain.state_dict(), **dict(average.named_parameters())})
    shadow = {name: one.detach() for name, one in average.named_parameters()}
    return {"model": plain.state_dict(), "ema": {"decay": 0.99, "shadow": shadow}}


def _modules(plain: nn.Module, average: nn.Module) -> Any:
    return {"model": plain, "ema": average, "epoch": 3}


ASKED = LoadOptions(weights="state_dict")
CASES = (
    Case(FAMILY, "state_dict_ema of timm", _written(_timm)),
    Case(
        FAMILY,
        "state_dict of timm, as chosen",
        _written(_timm, ASKED, averaged=False),
        says=("--weights state_dict",),
    ),
    Case(FAMILY, "an average inside Lightning's", _written(_lightning)),
    Case(FAMILY, "student and teacher", _written(_teacher)),
    Case(FAMILY, "averaged parameters alone", _written(_shadow)),
    Case(FAMILY, "an averaged model's", _written(lambda _, a: AveragedModel(a).state_dict())),
    Case(FAMILY, "two whole modules", _written(_modules)),
)

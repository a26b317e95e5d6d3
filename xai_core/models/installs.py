"""How a library that models are made of, and that Pedestal does not bring, is installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

INSTALLS: Mapping[str, str] = {
    "transformers": "Run `pip install 'transformers>=5.24,<6'` beside Pedestal, or "
    "`make transformers`.",
    "openvino": "Run `pip install 'pedestal[openvino]'`.",
}
"""Package to what a user is told, in a sentence."""


def install_hint(modules: Iterable[str]) -> str:
    """What to install for these modules (`transformers.models.vit`); "" where nothing is known."""
    roots = dict.fromkeys(module.partition(".")[0] for module in modules)
    return " ".join(INSTALLS[root] for root in roots if root in INSTALLS)

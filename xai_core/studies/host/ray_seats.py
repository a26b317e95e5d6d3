"""Where workers by Ray fit: on a cluster's nodes, or by their parts of a machine's GPUs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import floor
from typing import Any

from xai_core.base.errors import InputError
from xai_core.studies.host.shares import MOST
from xai_core.worker.process.budget import Budget

STEPS = 10_000  # Ray counts parts of a GPU in so many


def seats_of_cluster(
    nodes: Iterable[Mapping[str, Any]], workers: int | None
) -> tuple[list[Budget], dict[str, int]]:
    """One worker for each GPU, or for each core where there is none; and each one's cores by node.

    Args:
        nodes: as `ray.nodes` has them.

    Raises:
        InputError: there is nothing to give, or less than is asked for.
    """
    given = {str(one["NodeID"]): one.get("Resources", {}) for one in nodes if one.get("Alive")}
    cores = {node: int(one.get("CPU", 0)) for node, one in given.items()}
    cards = {node: int(one.get("GPU", 0)) for node, one in given.items()}
    on_cards = any(cards.values())
    slots = {node: min(cores[node], cards[node]) if on_cards else cores[node] for node in given}
    most = min(sum(slots.values()), MOST * MOST)
    count = most if workers is None else workers
    if not 1 <= count <= (most if on_cards else MOST * MOST):
        raise InputError(
            f"The cluster has {sum(cores.values())} cores and {sum(cards.values())} GPUs to give, "
            f"which bear {most} workers, not {workers or 1}.",
            "Say so with --workers, or add machines: a GPU's worker takes a core, too.",
        )
    each = {node: max(1, cores[node] // min(slot, count)) for node, slot in slots.items() if slot}
    share = replace(Budget.configured(), cores=1, ahead=False, gpu="" if on_cards else None)
    return [share] * count, each


def cards_of(shares: Sequence[Budget]) -> int:
    """How many GPUs the workers of one machine share."""
    return len({one.gpu for one in shares} - {None})


def part_of_card(shares: Sequence[Budget]) -> float:
    """What of a GPU each of them takes, so that all of them fit; 0 without one."""
    cards = cards_of(shares)
    return floor(STEPS / -(-len(shares) // cards)) / STEPS if cards else 0.0

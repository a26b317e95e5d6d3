"""Random damage to the bytes of a file."""

from __future__ import annotations

import random
from collections.abc import Callable

Mutation = Callable[[bytearray, random.Random], None]


def flip(data: bytearray, draw: random.Random) -> None:
    """A few bits."""
    for _ in range(draw.choice((1, 3, 20))):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def extreme(data: bytearray, draw: random.Random) -> None:
    """A number becomes an extreme one."""
    size = draw.choice((1, 2, 4, 8))
    value = draw.choice((0, 1, -1, 2**31 - 1, 2**63 - 1, -(2**63), 2**32, 0x7F)) & (
        2 ** (8 * size) - 1
    )
    at = draw.randrange(len(data))
    data[at : at + size] = value.to_bytes(size, draw.choice(("little", "big")))


def cut(data: bytearray, draw: random.Random) -> None:
    """The end is missing."""
    del data[draw.randint(1, len(data)) :]


def drop(data: bytearray, draw: random.Random) -> None:
    """A piece in the middle is missing."""
    at = draw.randrange(len(data))
    del data[at : at + draw.choice((1, 4, 64))]


def repeat(data: bytearray, draw: random.Random) -> None:
    """A piece is there twice."""
    at = draw.randrange(len(data))
    data[at:at] = data[at : at + draw.choice((1, 16, 512))]


def swap(data: bytearray, draw: random.Random) -> None:
    """A piece is found in the place of another."""
    one, other = draw.randrange(len(data)), draw.randrange(len(data))
    size = draw.choice((4, 32))
    data[one : one + size] = data[other : other + size]


def zero(data: bytearray, draw: random.Random) -> None:
    """A piece is empty."""
    at = draw.randrange(len(data))
    data[at : at + 256] = bytes(min(256, len(data) - at))


MUTATIONS: tuple[Mutation, ...] = (flip, extreme, cut, drop, repeat, swap, zero)


def mutated(data: bytes, draw: random.Random) -> bytes:
    """The bytes with one to three kinds of damage; most of it near the start or the end.

    Headers and directories are there, and a flipped weight is no damage at all.
    """
    middle = slice(0, 0)
    if len(data) > 8192 and draw.random() < 0.8:
        middle = slice(4096, len(data) - 4096)
    kept = data[middle]
    edges = bytearray(data[: middle.start] + data[middle.stop :]) if kept else bytearray(data)
    for _ in range(draw.randint(1, 3)):
        if edges:
            draw.choice(MUTATIONS)(edges, draw)
    place = min(middle.start, len(edges))
    return bytes(edges[:place]) + kept + bytes(edges[place:])

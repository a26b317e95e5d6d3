"""`train-{000..012}.tar` as the files that it stands for, as a shell and WebDataset write it."""

from __future__ import annotations

import re

from xai_core.base.errors import InputError

BRACES = re.compile(r"\{([^{}]*)\}")
RANGE = re.compile(r"(\d+)\.\.(\d+)")
MAX_FILES = 100_000


def expanded(text: str) -> list[str]:
    """All of them, in order; the text itself where it has no braces.

    Raises:
        InputError: they are more than 100,000.
    """
    found = BRACES.search(text)
    if found is None:
        return [text]
    numbers = RANGE.fullmatch(found[1])
    if numbers is None:
        words = found[1].split(",")
    else:
        first, last = int(numbers[1]), int(numbers[2])
        if abs(last - first) >= MAX_FILES:
            raise _too_many()
        step = 1 if last >= first else -1
        words = [f"{n:0{len(numbers[1])}d}" for n in range(first, last + step, step)]
    rest = expanded(text[found.end() :])
    if len(words) * len(rest) > MAX_FILES:
        raise _too_many()
    return [text[: found.start()] + word + end for word in words for end in rest]


def _too_many() -> InputError:
    return InputError(f"The braces name more than {MAX_FILES:,} files.", "Split the study.")

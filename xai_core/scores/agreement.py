"""Whether pictures agree on the order of methods: places, Kendall's W, the Friedman test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

Table = Float64[np.ndarray, "p m"]  # one score a picture and method, NaN where undefined
BLOCK = 65_536


@dataclass(frozen=True)
class Places:
    """How often each method takes each place.

    Attributes:
        shares: `[M, M]`, of pictures on which method i holds place j + 1; ties share a place. NaN
            for a method that is not compared.
        pictures: on which all compared methods have a score; the others are left out.
        left_out: how many those are.
        compared: `[M]`, methods with a score on at least one picture.
    """

    shares: Float64[np.ndarray, "m m"]
    pictures: int
    left_out: int
    compared: Bool[np.ndarray, "m"]


@dataclass(frozen=True)
class Concordance:
    """How far pictures agree on the order of methods.

    Attributes:
        w: Kendall's W with the correction for ties, from 0 (no common order) to 1 (the same order
            on all); NaN with fewer than two pictures or methods, or where all is tied.
        chi2: of the Friedman test, `P (M − 1) W`. p: how likely at least so much agreement is
            where every order is as likely as any other, by the chi-square approximation.
        pictures, left_out: as in `Places`. methods: how many are compared.
    """

    w: float
    chi2: float
    p: float
    pictures: int
    left_out: int
    methods: int

    @property
    def strength(self) -> str:
        """In words, after Schmidt 1997, Decision Sciences 28(3)."""
        if np.isnan(self.w):
            return "undefined"
        words = ((0.9, "unusually strong"), (0.7, "strong"), (0.5, "moderate"), (0.3, "weak"))
        return next((word for least, word in words if self.w >= least), "very weak")


def places(scores: Table, lower: bool = True) -> Places:
    """The distribution of places over the pictures on which all methods have a score.

    Args:
        lower: whether the lowest score takes the first place.
    """
    from scipy.stats import rankdata

    common, compared, left_out = _common(scores)
    count = scores.shape[1]
    shares = np.full((count, count), np.nan)
    if len(common):
        held = np.zeros((common.shape[1], count))  # rows are methods, columns are places
        for block in _blocks(common if lower else -common):
            found = rankdata(block, method="min", axis=1).astype(np.intp) - 1
            for method, column in enumerate(found.T):
                held[method] += np.bincount(column, minlength=count)
        shares[compared] = held / len(common)
    return Places(shares, len(common), left_out, compared)


def concordance(scores: Table) -> Concordance:
    """Kendall's W with the correction for ties (Kendall & Gibbons 1990), and its test.

    `W = 12 S / (P² (M³ − M) − P Σ(t³ − t))`, where S is the sum of squared deviations of the
    methods' rank sums and t the sizes of tied groups within a picture.
    """
    from scipy.stats import chi2 as distribution
    from scipy.stats import rankdata

    common, compared, left_out = _common(scores)
    pictures, methods = len(common), int(compared.sum())
    w = chi2 = p = float("nan")
    if pictures > 1 and methods > 1:
        sums, squares = np.zeros(methods), 0.0
        for block in _blocks(common):
            ranks = rankdata(block, axis=1)
            sums, squares = sums + ranks.sum(0), squares + float((ranks**2).sum())
        # A group of t equal values takes (t³ − t) / 12 off the sum of squared ranks.
        ties = 2 * pictures * methods * (methods + 1) * (2 * methods + 1) - 12 * squares
        most = pictures**2 * (methods**3 - methods) - pictures * ties
        if most > 0:
            w = float(12 * ((sums - sums.mean()) ** 2).sum() / most)
            chi2 = pictures * (methods - 1) * w
            p = float(distribution.sf(chi2, methods - 1))
    return Concordance(w, chi2, p, pictures, left_out, methods)


def _common(scores: Table) -> tuple[Table, Bool[np.ndarray, "m"], int]:
    """Rows without a gap; a method that never has a score would leave none."""
    valid = np.isfinite(scores)
    compared = valid.any(0)
    rows = valid[:, compared].all(1) & compared.any()
    return scores[np.ix_(rows, compared)], compared, int(len(scores) - rows.sum())


def _blocks(rows: Table) -> Iterator[Table]:
    """A part at a time: ranks take several times the memory of what they rank."""
    return (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))

"""Everything that is needed to repeat a study, and what its statistics are, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

from xai_core.report import small_print
from xai_core.report.study.subject import StudySubject

STATISTICS = (
    "Means: each method over the pictures that it has a score on, with 95 % BCa bootstrap "
    "intervals of 1000 draws (Efron, 1987), by SciPy; of more than 250,000 scores by normal "
    "theory.",
    "Places: shares of the pictures on which every method has a score; ties share a place.",
    "Agreement: Kendall's W with the correction for ties (Kendall and Gibbons, 1990), in words "
    "after Schmidt (1997); Friedman's test.",
    "Neighbours: Wilcoxon signed-rank test, two-sided, with Holm's correction (Holm, 1979) over "
    "all rows; effect: matched-pairs rank-biserial correlation (Kerby, 2014). The order of the "
    "rows comes from the same pictures, so p is a guide and no proof.",
)


def lines(subject: StudySubject) -> Iterator[str]:
    """Model, pictures, recipe, versions, the metric: lines of plain text."""
    study = subject.study
    yield f"Model {study.model} ({study.model_format}), SHA-256 {study.model_sha256}"
    yield f"Recipe: {small_print.recipe(study.recipe)}"
    yield small_print.computed(study.created, study.versions, study.machine, study.seconds)
    if subject.run_id:
        yield f"Kept as run {subject.run_id}"
    yield f"{small_print.complexity()} By the sweep, which equals Quantus to 1e-5 nats."

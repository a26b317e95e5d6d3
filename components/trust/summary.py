"""Which method is best by what, over how many pictures, and what its sanity check says."""

from __future__ import annotations

import numpy as np
import streamlit as st

from components.ranking.statistics import statistics
from components.session import problem, text
from components.session.state.workspace import Workspace
from components.trust import controls
from components.trust.measurements import Measurements
from components.tuning import view
from xai_core.attribution.methods.base import title_of
from xai_core.runs import leaders
from xai_core.scores.paired import too_close
from xai_core.scores.statistics import headline
from xai_core.studies.result import StudyResult

CHECK = "Sanity check"
ELSEWHERE = "Of one picture. *Many pictures* tells whether it holds for others."


def show(space: Workspace, found: Measurements, level: float, study: StudyResult | None) -> None:
    """Draw the sentences. study: of many pictures, where one is on screen."""
    scores = {metric: found.scores(metric) for metric in found.metrics}
    told = leaders.sentences(
        leaders.leaders(space.run, scores, level, space.run.seeds_by(found.recipe)),
        title=text.title_of,
        strong=lambda one: f"**{one}**",
    )
    if told:
        st.markdown(told)
    if study is None or not of_this_model(space, study):
        st.caption(ELSEWHERE)
        return
    here = statistics(study.table.at(level))
    names = [title_of(name) for name in study.methods]
    over = text.counted(study.table.done, "picture")
    st.markdown(problem.plain(f"Over {over}: {headline(names, here, level)}."))
    if doubt := too_close(here.neighbours, names):
        st.caption(problem.plain(f"{doubt[0]}. {doubt[1]}"))


def beside(space: Workspace, level: float, study: StudyResult | None) -> dict[str, dict[str, str]]:
    """What stands beside the scores of each method, by title and method."""
    found = {}
    if study is not None and of_this_model(space, study):
        found[f"Complexity over {text.counted(study.table.done, 'picture')}"] = _means(study, level)
    checks = controls.verdicts(space, view.of(space, level))
    if checks:
        found[CHECK] = checks
    return found


def of_this_model(space: Workspace, study: StudyResult) -> bool:
    """Whether a study is of the model on screen, and has scores."""
    return study.model_sha256 == space.run.model_sha256 and study.table.done > 0


def _means(study: StudyResult, level: float) -> dict[str, str]:
    means = statistics(study.table.at(level)).means
    found = {}
    for place, name in enumerate(study.methods):
        mean, low, high = means.mean[place], means.low[place], means.high[place]
        if np.isfinite(mean):
            sure = f" [{low:.3f}, {high:.3f}]" if np.isfinite(low) else ""
            found[name] = f"{mean:.3f}{sure}"
    return found

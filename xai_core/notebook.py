"""Results as HTML for Jupyter: self-contained, and every text of a file or model is escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from xai_core.attribution import remarks
from xai_core.attribution.methods.base import title_of
from xai_core.attribution.result import Attribution
from xai_core.base.finding import by_reason
from xai_core.base.text import html as escape
from xai_core.maps.canonical import before_removal, canonicalise
from xai_core.maps.colours import coloured, png_bytes, png_url
from xai_core.maps.recipe import Recipe
from xai_core.maps.theme import BRIGHTEST, MAP
from xai_core.readiness.result import Verdict
from xai_core.runs.run import Run
from xai_core.scores.ranking import Ranking, rank
from xai_core.scores.statistics import agreement, headline, statistics
from xai_core.scores.undefined import cause_of
from xai_core.studies.result import StudyResult

TILE = "display:inline-block;margin:0 12px 8px 0;vertical-align:top"
MOST_MAPS = 8  # of a batch
SIDE = 180  # CSS pixels


def of_run(run: Run) -> str:
    """The picture, each map raw and after removal, and both scores."""
    tiles, causes = [_tile(run.pixels, run.picture)], dict[str, str]()
    for name, one in run.attributions.items():
        raw, after = before_removal(one, run.recipe)[0], canonicalise(one, run.recipe)[0]
        score = run.scores.get(name)
        if score is not None and not np.isfinite(score.after):
            causes[name] = cause_of(one, after[None])
        for values, side in ((raw, "raw"), (after, "after")):
            figure = getattr(score, side, math.nan)
            told = f" · {figure:.3f}" if math.isfinite(figure) else ""
            head = f"{name}: {side}" if side == "raw" else side
            tiles.append(_tile(_coloured(values), f"{head}{told}"))
    facts = f"{run.target_label} · {run.created} · {run.model_sha256[:12]}"
    scores = {name: one.after for name, one in run.scores.items()}
    ranking = of_ranking(rank(scores, causes=causes))
    reasons = [(", ".join(names), why) for why, names in by_reason(run.failures).items()]
    failed = _table(("no map", "reason"), reasons) if reasons else ""
    narrow = {name: remarks.told(one) for name, one in run.attributions.items()}
    lines = "".join(f"<p>{escape(f'{name}: {text}')}</p>" for name, text in narrow.items() if text)
    head = f"<b>{escape(run.model)}</b> · {escape(run.picture)}<br><small>{escape(facts)}</small>"
    return f"<div><p>{head}</p>{''.join(tiles)}{lines}{ranking}{failed}</div>"


def of_study(study: StudyResult) -> str:
    """Who leads, means with intervals, agreement, at the quantile that it was kept with."""
    names = [title_of(name) for name in study.methods]
    here = statistics(study.table.at(study.quantile))
    head = f"<b>{escape(study.model)}</b> · {len(study.pictures)} pictures"
    told = f"{headline(names, here, study.quantile)}. {' '.join(agreement(here.concordance))}"
    rows = []
    for column in here.order:
        low, high = here.means.low[column], here.means.high[column]
        sure = f"{low:.4f} to {high:.4f}" if np.isfinite(low) else "–"
        rows.append((names[column], f"{here.means.mean[column]:.4f}", sure))
    return (
        f"<div><p>{head}<br>{escape(told)}</p>"
        f"{_table(('method', 'mean (nats)', '95 % interval'), rows)}</div>"
    )


def of_attribution(one: Attribution) -> str:
    """The map of each sample of a batch, and the parameters."""
    recipe = Recipe(quantile=None)
    maps = [_coloured(values) for values in before_removal(one, recipe)[:MOST_MAPS]]
    tiles = "".join(
        _tile(values, told.sentence) for values, told in zip(maps, one.targets, strict=False)
    )
    more = len(one.values) - len(maps)
    rest = f"<p>and {more} more</p>" if more > 0 else ""
    facts = _table(("method", one.method), {**remarks.given(one), "seed": one.seed}.items())
    narrow = remarks.told(one)
    return f"<div>{tiles}{rest}{facts}{f'<p>{escape(narrow)}</p>' if narrow else ''}</div>"


def of_verdict(verdict: Verdict) -> str:
    """Level, sentence, findings, and which methods may run."""
    findings = [(one.severity, one.code, f"{one.message} {one.hint}") for one in verdict.findings]
    available = ", ".join(name for name, one in verdict.methods.items() if one.available)
    methods = [(available, "yes")] if available else []
    methods += [(", ".join(names), reason) for reason, names in verdict.refusals.items()]
    head = f"<b>{escape(verdict.level)}</b> · {escape(verdict.file)} ({escape(verdict.format)})"
    return (
        f"<div><p>{head}<br>{escape(verdict.summary)}</p>"
        f"{_table(('severity', 'code', 'finding'), findings) if findings else ''}"
        f"{_table(('method', 'available'), methods) if methods else ''}</div>"
    )


def of_ranking(ranking: Ranking) -> str:
    """Places, names and scores, best first; a cause why there is no score, once."""
    rows = [(one.place, one.name, f"{one.score:.4f}") for one in ranking.entries if one.place]
    causes = {one.name: one.cause or "" for one in ranking.entries if not one.place}
    missing = [("–", ", ".join(names), why) for why, names in by_reason(causes).items()]
    return _table(("place", "map", ranking.metric), [*rows, *missing])


def _table(heads: Iterable[Any], rows: Iterable[Iterable[Any]] | Mapping[str, Any]) -> str:
    def row(cells: Iterable[Any], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(str(c))}</{tag}>" for c in cells) + "</tr>"

    return f"<table>{row(heads, 'th')}{''.join(row(cells, 'td') for cells in rows)}</table>"


def _tile(pixels: np.ndarray, caption: str) -> str:
    source = png_url(png_bytes(pixels))
    text = escape(caption)
    return (
        f'<figure style="{TILE}"><img src="{source}" alt="{text}" width="{SIDE}">'
        f"<figcaption><small>{text}</small></figcaption></figure>"
    )


def _coloured(values: np.ndarray) -> np.ndarray:
    """uint8 `[h, w, 3]`: from black to the brightest; grey where a value is not finite."""
    finite = values[np.isfinite(values)]
    low = min(0.0, float(finite.min())) if finite.size else 0.0
    high = float(np.percentile(finite, BRIGHTEST)) if finite.size else 0.0
    return coloured(values, MAP, low, high)

"""The study that the documentation shows: `python -m scripts.wafer.study FOLDER [PICTURES]`.

Draws the pictures, runs `pedestal study` on them with the wafer demo's classifier, and writes what
came out: `wafer-study.md`, and the picture for light and for dark pages.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from scripts.wafer.chart import write_charts
from scripts.wafer.dataset import draw
from xai_core.cli.main import main as pedestal
from xai_core.demo.wafer.exhibits import SPEC, wafer_exhibits
from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.studies.summary import StudySummary, open_summary

DOCS = Path(__file__).parents[2] / "docs" / "guides"
METHODS = ("guided-backprop", "fusiongrad", "saliency", "grad-cam")
SETTINGS = ("fusiongrad.n=3", "fusiongrad.m=3")
METRICS = ("relevance-mass-accuracy@raw", "relevance-mass-accuracy@0.2", "pointing-game")
METRICS += ("localisation-auc", "sparseness")
SHOWN = ("pointing-game@0.2", "localisation-auc@0.2", *METRICS[:2], "sparseness@0.2")


def words(pictures: Path, keep: Path) -> list[str]:
    """The command that is run."""
    (model,) = (one.model_path for one in wafer_exhibits() if one.name == "classifier")
    asked = ["study", str(model), str(pictures), "--spec", json.dumps(SPEC.to_dict())]
    asked += ["--method", *METHODS, *(word for one in SETTINGS for word in ("--set", one))]
    return [*asked, "--metric", *METRICS, "--no-localisation", "--keep", str(keep)]


def table(found: StudySummary) -> str:
    """Means with intervals as a table in Markdown, a row for each metric."""
    order = found.statistics.order
    lines = [_row(["mean", *(f"`{found.methods[column]}`" for column in order)])]
    lines.append(_row(["---"] * (1 + len(order))))
    rows = {f"Complexity after removal at {found.quantile:g}, nats ↓": found.statistics.means}
    for metric in SHOWN:
        asked = AskedMetric.of_text(metric)
        arrow = "↓" if asked.plugin.direction == "lower" else "↑"
        rows[f"{asked.title} {asked.where} {arrow}"] = found.measured[metric].means
    for title, one in rows.items():
        cells = [
            f"{one.mean[column]:.3f} [{one.low[column]:.3f}, {one.high[column]:.3f}]"
            for column in order
        ]
        lines.append(_row([title, *cells]))
    agreed = found.statistics.concordance
    masked = int(found.measured[SHOWN[0]].means.pictures.max())
    return "\n".join(lines) + (
        f"\n\nMeans over {found.pictures:,} pictures with 95 % {found.statistics.means.told}; "
        f"those of localisation over at most {masked:,}, which have a defect. Kendall's W of the "
        f"order by Complexity is {agreed.w:.3f}. The arrow says which values are better.\n"
    )


def main(folder: Path, count: int = 1000, docs: Path = DOCS) -> int:
    """Run it; the exit code of the command. docs: where the results are written."""
    pictures = draw(folder / "wafers", count)
    code = pedestal(words(pictures, folder / "study"))
    if code == 0:
        found = open_summary(folder / "study", 0.2)
        (docs / "wafer-study.md").write_text(table(found), encoding="utf-8")
        write_charts(found, docs)
    return code


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *map(int, sys.argv[2:3])))

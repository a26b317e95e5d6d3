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
from xai_core.scores.asked_metric import AskedMetric
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
    """Means with intervals as a table in Markdown, a row for each method."""
    asked = [AskedMetric.of_text(one) for one in SHOWN]
    titles = [f"{one.title}, {one.where}" for one in asked]
    head = ["method", f"Complexity after removal at {found.quantile:g}, nats", *titles]
    lines = [_row(head), _row(["---"] * len(head))]
    bands = [found.statistics.means, *(found.measured[one].means for one in SHOWN)]
    for column in found.statistics.order:
        cells = [
            f"{one.mean[column]:.3f} [{one.low[column]:.3f}, {one.high[column]:.3f}]"
            for one in bands
        ]
        lines.append(_row([f"`{found.methods[column]}`", *cells]))
    agreed = found.statistics.concordance
    masked = int(found.measured[SHOWN[0]].means.pictures.max())
    return "\n".join(lines) + (
        f"\n\nMeans over {found.pictures:,} pictures with 95 % {found.statistics.means.told}; "
        f"those of localisation over at most {masked:,}, which have a defect. Kendall's "
        f"W = {agreed.w:.3f}.\n"
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

"""The tuning bench in a report: the same code as in the dashboard, with the maps beside it."""

from __future__ import annotations

import base64
import json
import math

from xai_core import bench
from xai_core.bench import payload
from xai_core.report.subject import QUANTILES, Subject

PLACE = '<div id="bench"></div>'


def scripts(subject: Subject) -> str:
    """The maps as a block of data, and the module that draws them into `PLACE`."""
    maps = payload.of(subject.photo, subject.before, subject.curves, subject.unranked)
    raw, after = (
        {one.name: one.score for one in ranking.entries} for ranking in (subject.raw, subject.after)
    )
    told = {
        "digest": maps.digest,
        "quantile": subject.quantile,
        "highest": float(QUANTILES[-1]),
        "scores": {
            name: {"raw": _number(raw[name]), "after": _number(after[name])}
            for name in subject.methods
        },
        "cards": True,
        "asks": False,
    }
    code = bench.script().replace("export default function", "const show = function", 1)
    return (
        f'<script type="text/plain" id="maps">{base64.b64encode(maps.data).decode()}</script>\n'
        f'<script type="module">\n{code}\n'
        'const bytes = atob(document.getElementById("maps").textContent);\n'
        'const parentElement = document.getElementById("bench");\n'
        "show({ data: Uint8Array.from(bytes, (sign) => sign.charCodeAt(0)), parentElement });\n"
        f"show({{ data: {_literal(told)}, parentElement, setStateValue() {{}} }});\n</script>"
    )


def _number(score: float) -> float | None:
    return score if math.isfinite(score) else None  # JSON knows no NaN


def _literal(value: object) -> str:
    """No text in it ends the script that it stands in."""
    return json.dumps(value).replace("<", "\\u003c")

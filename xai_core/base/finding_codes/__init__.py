"""What every finding code means and what to do about it: the one place that says so.

A code is the stable name of a `Finding` in a verdict, and of the `XaiError` that may become one.
The reference's table is made from this; a test compares it with the codes that the source uses.
"""

from __future__ import annotations

from collections.abc import Mapping

from xai_core.base.finding_codes import file, gradient, method, output, process
from xai_core.base.finding_codes.meaning import Meaning as Meaning

MEANINGS: Mapping[str, Meaning] = {
    **file.CODES,
    **output.CODES,
    **gradient.CODES,
    **method.CODES,
    **process.CODES,
}

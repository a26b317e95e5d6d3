"""Text that a model, a file or a worker chose, made into text for the medium that shows it.

One function a medium: `markdown` (pages and copies of a verdict), `html` (reports, notebooks and
charts), `terminal` (what is printed), `json_text` (JSON that is printed) and `cell` (CSV).
All of them begin with `one_line`, which leaves nothing that moves a cursor, turns the direction of
writing or begins a new line.
"""

from __future__ import annotations

from xai_core.base.text.lines import json_text as json_text
from xai_core.base.text.lines import one_line as one_line
from xai_core.base.text.lines import printable as printable
from xai_core.base.text.lines import terminal as terminal
from xai_core.base.text.marks import JOINER as JOINER
from xai_core.base.text.marks import inside_code as inside_code
from xai_core.base.text.marks import markdown as markdown
from xai_core.base.text.tables import cell as cell
from xai_core.base.text.tags import html as html
from xai_core.base.text.tags import html_lines as html_lines

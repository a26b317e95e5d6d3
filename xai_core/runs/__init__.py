"""One picture, several methods: computed, compared, kept.

`controls/` has a plugin for each map that owes nothing to what a model learned.
"""

from xai_core.runs.reading import open_run as open_run
from xai_core.runs.run import Run as Run
from xai_core.runs.store import RunStore as RunStore

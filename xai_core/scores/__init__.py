"""Maps -> numbers -> order: metrics, rankings, and statistics over pictures.

`metrics/` has a plugin for each metric.
"""

from xai_core.scores.ranking import Ranking as Ranking
from xai_core.scores.ranking import rank as rank
from xai_core.scores.ranking import sweep as sweep

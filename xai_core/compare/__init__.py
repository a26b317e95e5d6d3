"""Two models on the same pictures: predictions, maps, verdicts and places."""

from xai_core.compare.comparison import ModelPair as ModelPair

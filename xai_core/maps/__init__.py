"""Raw attributions -> canonical maps, their colours, and how alike two maps are.

The recipe says the steps, `canonicalise` takes them, one map at a time. Nothing here knows a model.
"""

from xai_core.maps.canonical import baseline_subtraction_norm as baseline_subtraction_norm
from xai_core.maps.canonical import canonicalise as canonicalise
from xai_core.maps.recipe import Recipe as Recipe

"""One method on one model, and what methods share.

`methods/` has a plugin for each method. `passes/` watches and changes forward and backward passes,
`layers/` reads inner layers, `noise/` draws on weights and inputs, `patches/` runs pictures that
differ by a rectangle.
"""

from xai_core.attribution.explanation import explain as explain
from xai_core.attribution.result import Attribution as Attribution

"""A torch module whose other inputs are fixed: called with the picture alone."""

from xai_core.models.fixed_inputs.call import hookable
from xai_core.models.fixed_inputs.fixing import fix_inputs, fix_positions

__all__ = ["fix_inputs", "fix_positions", "hookable"]

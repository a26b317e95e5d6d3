"""A model in a process of its own: whatever it does, the caller gets a result or a clear error.

The caller's side imports neither torch nor a model library, and never unpickles anything.
"""

from xai_core.worker.card import ModelCard
from xai_core.worker.host import Worker

__all__ = ["ModelCard", "Worker"]

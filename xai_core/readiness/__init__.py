"""The readiness verdict: whether a model can be explained with gradients, with proof.

One check a file; `base.py` has the contract. Importing it does not import torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.base.patience import PROOF_SECONDS
from xai_core.readiness.verdict.estimate import estimated_seconds as estimated_seconds
from xai_core.readiness.verdict.json import to_json as to_json
from xai_core.readiness.verdict.markdown import to_markdown as to_markdown
from xai_core.readiness.verdict.rejection import rejected as rejected

if TYPE_CHECKING:
    from torch import nn

    from xai_core.base.arrays import Inputs
    from xai_core.base.loaded_model import LoadedModel
    from xai_core.base.progress import Progress
    from xai_core.base.target import Asked
    from xai_core.readiness.result import Verdict

TIME_LIMIT = PROOF_SECONDS


def assess(
    model: LoadedModel | nn.Module,
    inputs: Inputs | None = None,
    target: Asked = None,
    *,
    progress: Progress | None = None,
    time_limit: float = TIME_LIMIT,
) -> Verdict:
    """Whether a model can be explained with gradients, and where the gradient dies if not.

    The model comes back as it was. The limit is looked at between steps, so that a single forward
    pass may overrun it; what was not established in time is `unproven`, and not refuted. A few
    passes tell in any case whether it runs, and whether a gradient is there.

    Args:
        inputs: float32 `[B, C, H, W]`, preprocessed; None makes some of a shape that fits.
        target: class index; None takes the top class; or a target of another kind, which is fixed
            on the first input.
        progress: called as `progress(done, total)` in checks. time_limit: in seconds.

    Raises:
        InputError: inputs or target are not what they have to be. Cancelled: by `progress`.
    """
    from xai_core.readiness.verdict.assessment import judge

    return judge(model, inputs, target, progress, time_limit)

"""What is explained: model output -> one scalar a sample. One kind of target a file.

`base.py` has the contract; how outputs are understood is in `xai_core.targets.outputs`.
"""

from xai_core.targets.nested import entries as entries
from xai_core.targets.outputs import Prediction as Prediction
from xai_core.targets.outputs import main_output as main_output
from xai_core.targets.outputs import output_kind as output_kind
from xai_core.targets.outputs import pick as pick
from xai_core.targets.outputs import predict as predict
from xai_core.targets.outputs import resolve_target as resolve_target
from xai_core.targets.outputs import score_matrix as score_matrix

#!/bin/sh
# Starts the server of a container. Arguments are Streamlit's.
set -eu

# Beside the uploads, so that a model is linked into its process' folder and not copied. What a
# killed server left there is deleted; the folders of a living one are locked.
TMPDIR=$PEDESTAL_DATA/tmp
mkdir -p "$TMPDIR"
export TMPDIR
python -c 'from xai_core.worker.process.folder import clear_all; clear_all()'

exec streamlit run app.py "$@"

#!/bin/sh
# Starts the server of a container. Arguments are Streamlit's.
set -eu

# Beside the uploads, so that a model is linked into its process' folder and not copied. The folders
# that a killed server left are nobody's: a data folder belongs to one server.
TMPDIR=$PEDESTAL_DATA/tmp
rm -rf "$TMPDIR"
mkdir -p "$TMPDIR"
export TMPDIR

exec streamlit run app.py "$@"

"""What Streamlit does for each run of a script, though it changes nothing here.

Every `AppTest` looks through all installed packages for components: once is enough. And where
another test of the process has imported Keras, each run would end its session, with a collection of
all garbage, which takes longer than most pages. The server itself never imports Keras.
"""

from __future__ import annotations

from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner

manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
script_runner._clean_problem_modules = lambda: None

"""`python -m xai_core`: check, explain and rank without the dashboard."""

from __future__ import annotations

import sys

from xai_core.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

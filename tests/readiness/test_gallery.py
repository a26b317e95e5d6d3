"""Each exhibit of the gallery gets the verdict that it is there to show."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.write_gallery import write
from xai_core import LoadOptions, load_model
from xai_core.demo.gallery import Exhibit, gallery
from xai_core.readiness import assess

LARGEST = 50_000


@pytest.mark.parametrize("exhibit", gallery(), ids=lambda one: one.name)
def test_verdict(exhibit: Exhibit) -> None:
    options = LoadOptions(code=(exhibit.code_path,), trust=True)
    verdict = assess(load_model(exhibit.model_path, options))
    errors = [one for one in verdict.findings if one.severity == "error"]
    assert verdict.level == exhibit.level
    assert (errors[0].code if errors else None) == exhibit.code
    if exhibit.code:
        assert str(errors[0].where).startswith(f"{exhibit.code_path.name}:")


@pytest.mark.parametrize("exhibit", gallery(), ids=lambda one: one.name)
def test_files_are_what_the_sources_build(exhibit: Exhibit, tmp_path: Path) -> None:
    assert write(exhibit, tmp_path).read_bytes() == exhibit.model_path.read_bytes()
    assert exhibit.model_path.stat().st_size < LARGEST
    assert exhibit.title
    assert exhibit.lesson


def test_listing_needs_no_torch() -> None:
    code = (
        "import sys; from xai_core.demo.gallery import gallery; "
        "assert len(gallery()) >= 7 and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

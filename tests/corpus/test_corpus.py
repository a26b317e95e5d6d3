"""Hostile files: nothing runs without trust; with trust nothing gets out of its process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus import pickles
from tests.corpus.attack import Places
from tests.corpus.bench import ATTACKS, POTENT, Row, as_text, table
from tests.corpus.pictures import HARMLESS, PICTURES, written
from xai_core.base.errors import InputError
from xai_core.base.finding_codes import MEANINGS
from xai_core.pictures.preprocessing import open_picture

pytestmark = [pytest.mark.xdist_group("corpus"), pytest.mark.filterwarnings("ignore")]
NAMES = [f"{attack.kind}: {attack.name}" for attack in ATTACKS]


@pytest.fixture(scope="module")
def rows(request: pytest.FixtureRequest) -> Iterator[dict[str, Row]]:
    """The whole table, computed once and printed at the end."""
    found = {f"{row.attack.kind}: {row.attack.name}": row for row in table()}
    yield found
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n" + as_text(list(found.values())))


def test_there_are_many_kinds_each_once() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert len(pickles.ATTACKS) >= 60
    assert {attack.kind for attack in ATTACKS} >= {"pickle", "torchscript", "pt2", "onnx", "keras"}


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_gets_nowhere(name: str, rows: dict[str, Row]) -> None:
    row = rows[name]
    assert not row.ran, "it ran without trust"
    assert not row.reached, "it got out of the cage, or at the secret"
    for outcome in (row.plain, row.trusted):
        assert outcome == "opened" or outcome in MEANINGS, "it killed the process or worse"


@pytest.mark.parametrize("name", POTENT)
def test_the_attack_works_where_nothing_guards(name: str, rows: dict[str, Row]) -> None:
    assert rows[name].loose


@pytest.mark.parametrize("name", PICTURES)
def test_a_hostile_picture_is_refused(name: str, tmp_path: Path) -> None:
    import resource

    places = Places(tmp_path / "canary", tmp_path / "secret", 9)
    path = written(tmp_path / "picture", name, places)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError):
        open_picture(path)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 200 * 1024  # KiB
    assert not places.canary.exists()


@pytest.mark.parametrize("name", HARMLESS)
def test_of_many_frames_one_is_read(name: str, tmp_path: Path) -> None:
    places = Places(tmp_path / "canary", tmp_path / "secret", 9)
    assert open_picture(written(tmp_path / "picture", name, places)).size == (900, 900)

"""What is loaded when, and how long a file is. Who may import whom is in `.importlinter`.

Everything that depends on what is loaded is looked at in a process of its own.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from xai_core.attribution.methods.base import METHODS
from xai_core.models.architectures.base import ARCHITECTURES
from xai_core.models.formats.base import FORMATS
from xai_core.pictures.readers.base import READERS
from xai_core.readiness.checks.base import CHECKS
from xai_core.runs.controls.base import CONTROLS
from xai_core.scores.metrics.base import METRICS
from xai_core.targets.kinds.base import TARGETS

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "captum", "quantus", "tensorflow", "keras", "onnxruntime")
LARGE = ("pandas", "pyarrow", "matplotlib", "scipy")  # together more than a plain Streamlit takes
LINES, FUNCTION_LINES, ROOM = 220, 40, 17

BARE_IMPORT = """
import json, sys
import xai_core
print(json.dumps(sorted(sys.modules)))
"""
EVERY_COMPONENT = """
import importlib, json, pathlib, sys
for path in sorted(pathlib.Path("components").rglob("*.py")):
    parts = [part for part in path.with_suffix("").parts if part != "__init__"]
    importlib.import_module(".".join(parts))
print(json.dumps(sorted(sys.modules)))
"""
FIRST_PAGE = """
import json, sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=240).run()
assert not app.exception
print(json.dumps(sorted(sys.modules)))
"""
EVERY_PAGE = """
import json, pathlib, sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=240).run()
for page in sorted(pathlib.Path("pages").glob("*/*.py")):
    app.switch_page(str(page)).run()
    assert not app.exception, page
print(json.dumps(sorted(sys.modules)))
"""


def sources() -> list[Path]:
    folders = (ROOT / name for name in ("pages", "components", "xai_core"))
    return [ROOT / "app.py", *(path for one in folders for path in sorted(one.rglob("*.py")))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(code: str, data: Path) -> str:
    """Standard output of a fresh interpreter in the repository's folder."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PEDESTAL_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body; what a signature and a docstring say is not work to read through."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_files_are_short() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert not {name: lines for name, lines in lengths.items() if lines > LINES}


def test_functions_are_short() -> None:
    offences = [
        (name_of(path), node.name, length(node))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and length(node) > FUNCTION_LINES
    ]
    assert not offences


def test_rooms_are_not_crowded() -> None:
    assert len(list((ROOT / "xai_core").glob("*.py"))) <= 5
    assert not [path for path in (ROOT / "components").glob("*.py") if path.stem != "__init__"]
    rooms = {path.parent for path in sources() if path.parent != ROOT}
    crowded = {name_of(room): len(list(room.glob("*.py"))) - 1 for room in rooms}
    assert not {name: count for name, count in crowded.items() if count > ROOM}


def test_a_folder_of_plugins_holds_plugins_alone() -> None:
    """Whoever looks for the list of methods finds it in the list of files."""
    for registry in (ARCHITECTURES, CHECKS, CONTROLS, FORMATS, METHODS, METRICS, READERS, TARGETS):
        here = {type(one).__module__ for one in registry}
        files = (ROOT / registry.package.replace(".", "/")).rglob("*.py")
        names = {name_of(path).removesuffix(".py").replace("/", ".") for path in files}
        plugins = {name for name in names if not name.endswith(".__init__")}
        assert plugins - {f"{registry.package}.base"} == here


def test_scripts_lie_in_sections_of_the_menu() -> None:
    assert not list((ROOT / "pages").glob("*.py"))
    router = (ROOT / "app.py").read_text(encoding="utf-8")
    for page in (ROOT / "pages").rglob("*.py"):
        assert name_of(page).count("/") == 2
        assert f'"{name_of(page)}"' in router, "a page that no menu leads to"


def test_a_button_that_cannot_be_clicked_says_why() -> None:
    """A list of columns that cannot be edited is no such thing."""
    silent = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        if not name_of(path).startswith("xai_core/")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for given in [{one.arg: one.value for one in node.keywords}]
        if "disabled" in given and not isinstance(given["disabled"], ast.List)
        if "help" not in given
    ]
    assert not silent


def test_a_table_says_what_stands_where_nothing_is() -> None:
    """Streamlit writes "None" there."""
    silent = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("dataframe", "data_editor")
        and "placeholder" not in {one.arg for one in node.keywords}
    ]
    assert not silent


def test_pictures_go_along_with_the_page() -> None:
    """A file that is served for a page is gone when the page has moved on before it was fetched."""
    served = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        if not name_of(path).startswith("xai_core/")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "image"
        if not ast.unparse(node.args[0]).startswith(("data_url(", "png_url(", "jpeg_url("))
    ]
    assert not served


def test_the_core_is_imported_without_any_library(tmp_path: Path) -> None:
    """How long that takes, `benchmarks/importing.py` says."""
    loaded = {name.split(".")[0] for name in json.loads(run(BARE_IMPORT, tmp_path))}
    assert not loaded & {*HEAVY, *LARGE, "numpy", "PIL"}


@pytest.mark.parametrize("code", [EVERY_COMPONENT, EVERY_PAGE], ids=["import", "pages"])
def test_the_dashboard_stays_free_of_the_heavy_libraries(code: str, tmp_path: Path) -> None:
    loaded = json.loads(run(code, tmp_path).splitlines()[-1])
    assert not {name.split(".")[0] for name in loaded} & set(HEAVY)


def test_the_first_page_does_without_what_takes_much_memory(tmp_path: Path) -> None:
    loaded = json.loads(run(FIRST_PAGE, tmp_path).splitlines()[-1])
    assert not {name.split(".")[0] for name in loaded} & set(LARGE)

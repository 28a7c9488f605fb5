#!/usr/bin/env bash
# Checks this distribution in an environment that holds highlight-cuts-cv with its dev tools.
set -euo pipefail
cd "$(dirname "$0")"

pip install -q -e ".[dev]"

ruff check . && ruff format --check .
mypy
pytest -q

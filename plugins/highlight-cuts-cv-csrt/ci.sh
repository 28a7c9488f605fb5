#!/usr/bin/env bash
# Checks this distribution in an environment that holds highlight-cuts-cv with its dev tools.
set -euo pipefail
cd "$(dirname "$0")"

# The README's two commands.
pip install -q -e ".[dev]"
pip install -q --force-reinstall --no-deps opencv-contrib-python-headless

ruff check . && ruff format --check .
mypy
pytest -q

#!/usr/bin/env bash
# Checks this distribution in an environment that holds highlight-cuts-cv with its dev tools.
set -euo pipefail
cd "$(dirname "$0")"

# Installed piece by piece: as a whole, ultralytics brings torchvision, which with its matching torch
# weighs several GB.  The tests stand in for the one function of torchvision that is used (tests/standin).
pip install -q "torch==2.13.0"
pip install -q --no-deps "ultralytics>=8.4,<8.5"
pip install -q "lap>=0.5.12" matplotlib platformdirs psutil pyyaml requests
pip install -q --no-deps -e .

ruff check . && ruff format --check .
mypy
pytest -q

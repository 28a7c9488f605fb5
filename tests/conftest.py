"""For all tests: our OTIO adapters are registered, also in a checkout that was never installed."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest


@pytest.fixture(autouse=True, scope="session")
def _otio_adapters() -> None:
    manifest = otio.plugins.ActiveManifest()
    for file in sorted((Path(__file__).parents[1] / "otio_adapters").glob("*/plugin_manifest.json")):
        ours = otio.plugins.manifest.manifest_from_file(str(file))
        known = {adapter.name for adapter in manifest.adapters}
        if not known.intersection(adapter.name for adapter in ours.adapters):
            manifest.extend(ours)

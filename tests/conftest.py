"""For all tests: our OTIO adapters are registered, also in a checkout that was never installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import opentimelineio as otio
import pytest


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test finds what an earlier run kept, nor leaves anything in the user's cache or log."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True, scope="session")
def _otio_adapters() -> None:
    manifest = otio.plugins.ActiveManifest()
    for file in sorted((Path(__file__).parents[1] / "otio_adapters").glob("*/plugin_manifest.json")):
        ours = otio.plugins.manifest.manifest_from_file(str(file))
        known = {adapter.name for adapter in manifest.adapters}
        if not known.intersection(adapter.name for adapter in ours.adapters):
            manifest.extend(ours)

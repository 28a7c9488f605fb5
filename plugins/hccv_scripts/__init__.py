"""The bundled exporters that encode nothing: ``data``, ``ass``, ``ffmpeg``, ``fusion`` and ``fcpxml``."""

from __future__ import annotations

from collections.abc import Iterator

from hccv_scripts import ass, data, fcpxml, ffmpeg, fusion
from highlight_cuts_cv.api import ExporterSpec, hookimpl


@hookimpl
def hccv_exporters() -> Iterator[ExporterSpec]:
    for module in (ass, data, fcpxml, ffmpeg, fusion):
        yield module.SPEC

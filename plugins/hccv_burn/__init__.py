"""The bundled exporter ``burn``: a film with the marker drawn into it."""

from __future__ import annotations

from collections.abc import Iterator

from hccv_burn.exporter import Burn
from highlight_cuts_cv.api import PRESETS, ExporterSpec, Option, hookimpl


@hookimpl
def hccv_exporters() -> Iterator[ExporterSpec]:
    yield ExporterSpec(
        name="burn",
        create=Burn,
        summary="A film with the marker drawn into it",
        options=(
            Option(
                name="quality",
                kind=str,
                default="edit",
                summary="preview is small and quick, edit is for going on in an editor, final is for sharing",
                choices=tuple(PRESETS),
            ),
        ),
        suffix=".mp4",
    )

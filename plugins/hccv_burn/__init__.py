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
                summary="preview is small and quick, edit is for going on in an editor, final is for "
                "sharing, match takes the source's codec and depth",
                choices=tuple(PRESETS),
            ),
            Option(
                name="encoder",
                kind=str,
                default="x264",
                summary="x264 encodes in software; another takes that hardware, auto the first that works",
                choices=("auto", "x264", "nvenc", "qsv", "vaapi", "videotoolbox"),
            ),
            Option(
                name="smart",
                kind=bool,
                default=False,
                summary="copy stretches of H.264 (or HEVC, with quality=match) without a marker instead of encoding them",
            ),
        ),
        suffix=".mp4",
        freezes=True,
        crops=True,
    )

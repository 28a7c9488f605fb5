"""The bundled exporter ``overlay``: the marker alone, to lay over the untouched recording."""

from __future__ import annotations

from collections.abc import Iterator

from hccv_overlay.exporter import SUFFIXES, Overlay
from highlight_cuts_cv.api import ExporterSpec, Option, hookimpl


@hookimpl
def hccv_exporters() -> Iterator[ExporterSpec]:
    yield ExporterSpec(
        name="overlay",
        create=Overlay,
        summary="The marker alone on a transparent clip, for a track above the recording",
        options=(
            Option(
                name="codec",
                kind=str,
                default="prores",
                summary="prores (4444, .mov), qtrle (.mov), ffv1 (.mkv) or vp9 (.webm)",
                choices=tuple(SUFFIXES),
            ),
            Option(
                name="size",
                kind=str,
                default="tight",
                summary="tight is as large as the marker's whole path, frame as large as the picture",
                choices=("tight", "frame"),
            ),
        ),
        suffix=".mov",
        film=False,
    )

"""Pictures of one size from recordings in which it changes (downloaded streams, calls, drones)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import av

_log = logging.getLogger(__name__)


class OneSize:
    """Fits decoded pictures of another size than *width* x *height* into it, whole, black around them.

    They come in *pixel_format*, so that all frames of a file are of one kind.
    """

    def __init__(self, path: Path, width: int, height: int, pixel_format: str) -> None:
        self._path, self._size, self._format = path, (width, height), pixel_format
        self._told: set[tuple[int, int]] = set()
        self._graph: Any = None
        self._made_for: tuple[int, int, str] | None = None

    def __call__(self, picture: Any, number: int) -> Any:
        """The picture of frame *number*, as it came where its size is right."""
        if (picture.width, picture.height) == self._size:
            return picture
        self._tell(number, (picture.width, picture.height))
        kind = (picture.width, picture.height, picture.format.name)
        if self._made_for != kind:
            self._graph, self._made_for = self._made(picture), kind
        self._graph.push(picture)
        return self._graph.pull()

    def _made(self, picture: Any) -> Any:
        width, height = self._size
        graph = av.filter.Graph()
        nodes = [
            graph.add_buffer(
                width=picture.width,
                height=picture.height,
                format=picture.format,
                time_base=picture.time_base,
            ),
            graph.add("scale", f"w={width}:h={height}:flags=bicubic:force_original_aspect_ratio=decrease"),
            graph.add("format", f"pix_fmts={self._format}"),
            graph.add("pad", f"w={width}:h={height}:x=-1:y=-1:color=black"),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*nodes).configure()
        return graph

    def _tell(self, number: int, size: tuple[int, int]) -> None:
        if size not in self._told:
            self._told.add(size)
            _log.warning(
                "The size of '%s' changes (frame %d is %dx%d); all is scaled to %dx%d, that of its first picture.",
                self._path,
                number,
                *size,
                *self._size,
            )

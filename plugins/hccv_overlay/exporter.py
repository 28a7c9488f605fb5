"""Writes the sprites of a clip as a clip with alpha."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from math import ceil, floor
from pathlib import Path

from highlight_cuts_cv.api import (
    BadInputError,
    CancelledError,
    ExportJob,
    FlatPicture,
    JobFailedError,
    Options,
    flattened,
    require_sprites,
)

SUFFIXES = {"prores": ".mov", "qtrle": ".mov", "ffv1": ".mkv", "vp9": ".webm"}
_SMALLEST = 16
_AHEAD = 8


class Overlay:
    def __init__(self, options: Options) -> None:
        self._codec, self._tight = str(options["codec"]), options["size"] == "tight"

    def export(self, job: ExportJob) -> Path:
        clip, media, output = job.clip, job.media, job.output
        suffix = SUFFIXES[self._codec]
        if output.suffix.lower() != suffix:
            fits = [f"overlay:codec={name}" for name, s in SUFFIXES.items() if s == output.suffix.lower()]
            hint = f", or take {' or '.join(fits)}" if fits else ""
            raise BadInputError(
                f"An overlay in {self._codec} is written as {suffix}, but the output is {output}; "
                f"name it {output.stem}{suffix}{hint}."
            )
        require_sprites(job.sprites, "overlay")
        left, top, width, height = _bounds(job) if self._tight else (0, 0, clip.width, clip.height)
        # Even sizes, which every codec takes; a column or row more than an odd frame has is empty.
        width, height = width + width % 2, height + height % 2
        times = media.frame_times(clip, job.rate, job.frame_count)
        with media.open_overlay(output, clip, self._codec, width, height, job.rate) as writer:
            for done, (pts, flat) in enumerate(_pictures(job, times), start=1):
                if job.cancelled():
                    raise CancelledError("The overlay was stopped; no file was written.")
                if flat is None:
                    writer.write(pts, None)
                else:
                    writer.write(pts, flat.rgba, flat.x - left, flat.y - top)
                job.progress(done, len(times))
        if self._tight:
            self._say_where(job, left, top, width, height)
        return output

    def _say_where(self, job: ExportJob, left: int, top: int, width: int, height: int) -> None:
        place = {
            "overlay": job.output.name,
            "x": left,
            "y": top,
            "width": width,
            "height": height,
            "frame_width": job.clip.width,
            "frame_height": job.clip.height,
            "alpha": "straight",
        }
        sidecar = job.output.with_name(f"{job.output.name}.json")
        with job.media.new_file(sidecar) as temporary:
            temporary.write_text(json.dumps(place, indent=1) + "\n", encoding="utf-8", newline="\n")
        job.warn(
            f"The overlay is {width}x{height}: put its top-left corner at {left},{top} of the "
            f"{job.clip.width}x{job.clip.height} picture, as {sidecar} says too (or take overlay:size=frame)."
        )


def _pictures(job: ExportJob, times: list[tuple[int, int]]) -> Iterator[tuple[int, FlatPicture | None]]:
    """The pts and the picture of each frame; several are made at the same time."""
    placements = job.sprites.by_frame()
    waiting: deque[tuple[int, Future[FlatPicture | None]]] = deque()
    with ThreadPoolExecutor(os.cpu_count(), "flatten") as pool:
        for index, pts in times:
            parts = placements.get(index, ())
            waiting.append((pts, pool.submit(flattened, parts, job.clip.width, job.clip.height)))
            if len(waiting) > _AHEAD:
                pts, picture = waiting.popleft()
                yield pts, picture.result()
        for pts, picture in waiting:
            yield pts, picture.result()


def _bounds(job: ExportJob) -> tuple[int, int, int, int]:
    """Left, top, width and height, on even pixels, of all that sprites ever cover of the picture."""
    clip = job.clip
    shown = [
        (p.x, p.y, p.x + p.sprite.rgba.shape[1], p.y + p.sprite.rgba.shape[0])
        for p in job.sprites.placements
        if p.opacity > 0
    ]
    if not shown:
        raise JobFailedError(f"The marker shows nowhere in {clip.clip_id}, so there is no overlay to write.")
    x1, y1, x2, y2 = zip(*shown, strict=True)
    left, top = max(0, floor(min(x1))) // 2 * 2, max(0, floor(min(y1))) // 2 * 2
    # Sprites move by parts of a pixel, for which there is one more.
    right, bottom = min(clip.width, ceil(max(x2)) + 1), min(clip.height, ceil(max(y2)) + 1)
    if right <= left or bottom <= top:
        raise JobFailedError(f"The marker of {clip.clip_id} lies outside the picture in every frame.")
    return left, top, max(right - left, _SMALLEST), max(bottom - top, _SMALLEST)

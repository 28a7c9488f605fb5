"""Where the player is, frame by frame, as a table or JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from hccv_scripts._files import require_suffix, write_text
from highlight_cuts_cv.api import ExporterSpec, ExportJob, Option, Options

_SUFFIXES = {"csv": ".csv", "mot": ".txt", "json": ".json"}
COLUMNS = (
    "frame", "pts", "time", "seconds", "left", "top", "width", "height",
    "x", "y", "w", "h", "score", "state",
)  # fmt: skip


class Data:
    """Frames count from 1 in the video, times from the video's first frame; lost frames have no row."""

    def __init__(self, options: Options) -> None:
        self._format = str(options["format"])

    def export(self, job: ExportJob) -> Path:
        suffix = _SUFFIXES[self._format]
        others = ", ".join(f"data:format={name} for {s}" for name, s in _SUFFIXES.items() if s != suffix)
        require_suffix(job.output, suffix, f"The format '{self._format}'", f", or take {others}")
        rows = list(_rows(job))
        text = {"csv": _csv, "mot": _mot, "json": _json}[self._format](job, rows)
        write_text(job, job.output, text)
        job.progress(job.clip.frame_count, job.clip.frame_count)
        return job.output


def _rows(job: ExportJob) -> Iterator[dict[str, Any]]:
    clip = job.clip
    for index, pts in job.media.frame_times(clip):
        box = job.track.box(index)
        if box is None:
            continue
        time = (pts - clip.media.start_pts) * clip.time_base
        yield {
            "frame": clip.first_frame + index + 1,
            "pts": pts,
            "time": f"{time.numerator}/{time.denominator}",
            "seconds": round(float(time), 9),
            "left": round(box.x1, 2),
            "top": round(box.y1, 2),
            "width": round(box.width, 2),
            "height": round(box.height, 2),
            "x": round(box.x1 / clip.width, 6),
            "y": round(box.y1 / clip.height, 6),
            "w": round(box.width / clip.width, 6),
            "h": round(box.height / clip.height, 6),
            "score": round(box.confidence, 3),
            "state": _STATES[int(job.track.states[index])],
        }


_STATES = ("lost", "interpolated", "observed", "anchor")


def _csv(job: ExportJob, rows: list[dict[str, Any]]) -> str:
    lines = [",".join(COLUMNS)]
    lines += [",".join(_plain(row[name]) for name in COLUMNS) for row in rows]
    return "\n".join(lines) + "\n"


def _plain(value: object) -> str:
    # Decimals without an exponent, which not every reader knows.
    return f"{value:.9f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _mot(job: ExportJob, rows: list[dict[str, Any]]) -> str:
    names = ("frame", None, "left", "top", "width", "height", "score")
    lines = [",".join("1" if name is None else _plain(row[name]) for name in names) for row in rows]
    return "".join(f"{line},-1,-1,-1\n" for line in lines)


def _json(job: ExportJob, rows: list[dict[str, Any]]) -> str:
    clip = job.clip
    head = {
        "video": str(clip.media.path),
        "first_frame": clip.first_frame + 1,
        "frame_count": clip.frame_count,
        "rate": _ratio(clip.rate),
        "time_base": _ratio(clip.time_base),
        "width": clip.width,
        "height": clip.height,
        "sample_aspect_ratio": _ratio(clip.media.sample_aspect_ratio),
    }
    frames = ",\n  ".join(json.dumps(row) for row in rows)
    body = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    return f'{body},\n "frames": [\n  {frames}\n ]\n}}\n'


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"


SPEC = ExporterSpec(
    name="data",
    create=Data,
    summary="Where the player is in each frame, as CSV, MOT or JSON",
    options=(
        Option(
            name="format",
            kind=str,
            default="csv",
            summary="csv (.csv), mot (MOTChallenge, .txt) or json (.json)",
            choices=tuple(_SUFFIXES),
        ),
    ),
    suffix=".csv",
    film=False,
)

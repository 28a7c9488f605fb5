"""Subtitles that draw the marker, so that a player shows it over the untouched recording.

Advanced SubStation Alpha as libass reads it: vector drawings (``\\p``), placed by ``\\pos``.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from hccv_scripts._files import require_suffix, write_text
from hccv_scripts._tracing import Shape, traced
from highlight_cuts_cv.api import CancelledError, ExporterSpec, ExportJob, Options, Placement, require_sprites

_HEADER = """[Script Info]
; The marker of {name}, to be shown over the frames {first} to {last} of it
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
LayoutResX: {width}
LayoutResY: {height}
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Marker,sans-serif,20,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,0,0,7,0,0,0,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
# \p3 means that a drawing's units are quarters of a pixel.
_SCALE = 3


class Ass:
    def __init__(self, options: Options) -> None:
        pass

    def export(self, job: ExportJob) -> Path:
        require_suffix(job.output, ".ass", "A subtitle file")
        require_sprites(job.sprites, "ass")
        clip = job.clip
        # Times on screen change half-way between frames: hundredths of a second, which is all that
        # the format has, then decide right up to a hundred frames a second.
        began = job.media.start_time(clip)
        times = [pts * clip.time_base - began for _, pts in job.media.frame_times(clip)]
        times.append(times[-1] + 1 / clip.rate)
        starts = [
            _hundredths((a + b) / 2) for a, b in zip([times[0] - 1 / clip.rate, *times], times, strict=False)
        ]
        placements = job.sprites.by_frame()
        traces: dict[int, list[tuple[Shape, str]]] = {}
        lines = [
            _HEADER.format(
                name=clip.media.path.name,
                first=clip.first_frame,
                last=clip.first_frame + clip.frame_count - 1,
                width=clip.width,
                height=clip.height,
            )
        ]
        for index in range(clip.frame_count):
            if job.cancelled():
                raise CancelledError("The subtitles were stopped; no file was written.")
            span = f"{_clock(starts[index])},{_clock(starts[index + 1])}"
            layer = 0
            for placement in placements.get(index, ()):
                key = id(placement.sprite)
                if key not in traces:
                    traces[key] = [(shape, _drawing(shape)) for shape in traced(placement.sprite)]
                for shape, drawing in traces[key]:
                    lines.append(_event(layer, span, placement, shape, drawing))
                    layer += 1
            job.progress(index + 1, clip.frame_count)
        write_text(job, job.output, "".join(lines))
        return job.output


def _event(layer: int, span: str, placement: Placement, shape: Shape, drawing: str) -> str:
    red, green, blue = shape.color
    transparency = round(255 * (1 - shape.alpha(min(placement.opacity, 1.0))))
    look = f"\\an7\\pos({placement.x:.2f},{placement.y:.2f})\\c&H{blue:02X}{green:02X}{red:02X}&\\1a&H{transparency:02X}&"
    return f"Dialogue: {layer},{span},Marker,,0,0,0,,{{{look}\\p{_SCALE}}}{drawing}\n"


def _drawing(shape: Shape) -> str:
    parts = []
    for outline in shape.outlines:
        (x, y), *rest = outline
        parts.append(f"m {x} {y} l " + " ".join(f"{a} {b}" for a, b in rest))
    return " ".join(parts)


def _hundredths(seconds: Fraction) -> int:
    return max(0, round(seconds * 100))


def _clock(hundredths: int) -> str:
    seconds, rest = divmod(hundredths, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:02}"


SPEC = ExporterSpec(
    name="ass",
    create=Ass,
    summary="Subtitles that draw the marker over the recording in any player with libass",
    suffix=".ass",
    film=False,
)

"""A shell script with which a plain FFmpeg makes the film: sprite pictures and a filter graph."""

from __future__ import annotations

import re
import secrets
import shlex
import shutil
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from hccv_scripts._files import require_suffix, write_text
from highlight_cuts_cv.api import (
    CancelledError,
    ClipInfo,
    ExporterSpec,
    ExportJob,
    FlatPicture,
    Options,
    flattened,
    in_video_colors,
    matrix_name,
    require_sprites,
)

_MATRICES = {
    "bt709": "bt709",
    "fcc": "fcc",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}
_FILTER = "filter.txt"
_EXPORT = re.compile(r"[0-9a-f]{8}")
"""What an export's folder is called."""
_LEAD_SECONDS = 2
"""How much before its start a clip is read from: seeking is quick but not exact, trimming is both."""


class _Blend(NamedTuple):
    """In which format the overlay filter blends, the marker's own pixel format, and the film's."""

    overlay: str
    marker: str
    film: str


_BLENDS = {
    ("420", 8): _Blend("yuv420", "yuva420p", "yuv420p"),
    ("420", 10): _Blend("yuv420p10", "yuva420p10le", "yuv420p10le"),
    ("422", 8): _Blend("yuv422", "yuva422p", "yuv422p"),
    ("422", 10): _Blend("yuv422p10", "yuva422p10le", "yuv422p10le"),
    ("444", 8): _Blend("yuv444", "yuva444p", "yuv444p"),
    ("rgb", 8): _Blend("gbrp", "gbrap", "yuv444p"),
}


class Ffmpeg:
    """``NAME.sh`` and, in the folder ``NAME.sprites``, one picture per frame and the filter graph.

    Each export has a folder of its own in there, named in its script: an earlier script keeps its
    pictures until the new one takes its place.

    All pictures are of one size and lie on even pixels, as chroma needs it; their sub-pixel places
    are drawn into them.  A picture is found by its frame's number, so nothing hangs on clocks.
    """

    def __init__(self, options: Options) -> None:
        pass

    def export(self, job: ExportJob) -> Path:
        require_suffix(job.output, ".sh", "A script for FFmpeg")
        require_sprites(job.sprites, "ffmpeg")
        every = job.output.with_name(f"{job.output.stem}.sprites")
        folder = every / secrets.token_hex(4)
        try:
            folder.mkdir(parents=True)
            self._write(job, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):  # an earlier export's pictures lie in it
                every.rmdir()
            raise
        for old in every.iterdir():
            if old != folder and _EXPORT.fullmatch(old.name):
                shutil.rmtree(old, ignore_errors=True)
        return job.output

    def _write(self, job: ExportJob, folder: Path) -> None:
        clip = job.clip
        placements = job.sprites.by_frame()
        flats = [
            flattened(placements.get(index, ()), clip.width, clip.height) for index in range(clip.frame_count)
        ]
        places = [(flat.x // 2 * 2, flat.y // 2 * 2) if flat else None for flat in flats]
        width, height = _size(flats)
        for index, (flat, place) in enumerate(zip(flats, places, strict=True)):
            if job.cancelled():
                raise CancelledError("The export was stopped; there is no script.")
            _write_picture(job, folder / f"{index:06}.png", flat, place, width, height)
            job.progress(index + 1, clip.frame_count)
        write_text(job, folder / _FILTER, _graph(job, places))
        write_text(job, job.output, _script(job, f"{folder.parent.name}/{folder.name}"))
        job.output.chmod(0o755)


def _size(flats: list[FlatPicture | None]) -> tuple[int, int]:
    sizes = [(f.x % 2 + f.rgba.shape[1], f.y % 2 + f.rgba.shape[0]) for f in flats if f is not None]
    width, height = (max(values) for values in zip(*sizes, strict=True)) if sizes else (2, 2)
    return width + width % 2, height + height % 2


def _write_picture(
    job: ExportJob,
    path: Path,
    flat: FlatPicture | None,
    place: tuple[int, int] | None,
    width: int,
    height: int,
) -> None:
    import cv2
    import numpy as np

    canvas = np.zeros((height, width, 4), np.uint8)
    if flat is not None and place is not None:
        rgba = in_video_colors(flat.rgba, job.clip.media.color)
        x, y = flat.x - place[0], flat.y - place[1]
        # The outermost colours go on under the empty part: chroma is halved without regard to alpha.
        rows = np.clip(np.arange(height) - y, 0, rgba.shape[0] - 1)
        columns = np.clip(np.arange(width) - x, 0, rgba.shape[1] - 1)
        canvas[..., :3] = rgba[np.ix_(rows, columns)][..., :3]
        canvas[y : y + rgba.shape[0], x : x + rgba.shape[1]] = rgba
    _, data = cv2.imencode(
        ".png", cv2.cvtColor(canvas, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, 3]
    )
    with job.media.new_file(path) as temporary:
        temporary.write_bytes(data.tobytes())


def _graph(job: ExportJob, places: list[tuple[int, int] | None]) -> str:
    clip, color = job.clip, job.clip.media.color
    times = [pts for _, pts in job.media.frame_times(clip)]
    ticks = round(1 / clip.rate / clip.time_base)
    matrix = _MATRICES.get(matrix_name(color, clip.width, clip.height), "bt601")
    full = color.full_range or clip.media.pixel_format.startswith("yuvj")
    blend = _blend(clip.media.pixel_format)
    # A marker's picture comes half a frame before its frame.
    shown_from = _piecewise("N", [pts - times[0] - ticks // 2 for pts in times])
    # The overlay filter's own n counts frames that it has merely looked ahead at, so t it is.
    number = f"st(0,{_number(times, clip.rate, clip.time_base)})"
    x = f"{number};{_piecewise('ld(0)', [place[0] if place else 0 for place in places])}"
    y = f"{number};{_piecewise('ld(0)', [place[1] if place else 0 for place in places])}"
    lines = [
        f"[0:v:0]trim=start_pts={times[0]}:end_pts={times[-1] + 1},setpts=PTS-{times[0]}[recording]",
        f"[1:v]scale=out_color_matrix={matrix}:out_range={'pc' if full else 'tv'}:"
        f"flags=accurate_rnd+full_chroma_int,format={blend.marker},"
        f"settb={clip.time_base},setpts='{shown_from}'[marker]",
        f"[recording][marker]overlay=x='{x}':y='{y}':eval=frame:format={blend.overlay}[film]",
    ]
    start = times[0] * clip.time_base
    end = (times[-1] + ticks) * clip.time_base
    for sound in range(len(clip.media.audio)):
        lines.append(
            f"[0:a:{sound}]atrim=start={_decimal(start)}:end={_decimal(end)},"
            f"asetpts=PTS-{_decimal(start)}/TB[sound{sound}]"
        )
    return ";\n".join(lines) + "\n"


def _number(times: list[int], rate: Fraction, time_base: Fraction) -> str:
    """An expression of the time ``t`` since the first frame that is the frame's number."""
    ticks = [pts - times[0] for pts in times]
    if all(round(tick * time_base * rate) == index for index, tick in enumerate(ticks)):
        return f"round(t*{rate})"

    def tree(first: int, end: int) -> str:
        if end - first == 1:
            return str(first)
        middle = (first + end) // 2
        between = (ticks[middle - 1] + ticks[middle]) * time_base / 2
        return f"if(lt(t,{_decimal(between)}),{tree(first, middle)},{tree(middle, end)})"

    return tree(0, len(ticks))


def _blend(pixel_format: str) -> _Blend:
    """The nearest that the overlay filter of FFmpeg 5 knows."""
    if "rgb" in pixel_format or "gbr" in pixel_format or "bgr" in pixel_format:
        return _BLENDS["rgb", 8]
    chroma = next((c for c in ("444", "422") if c in pixel_format), "420")
    deep = chroma != "444" and any(depth in pixel_format for depth in ("p10", "p12", "p010", "p210"))
    return _BLENDS[chroma, 10 if deep else 8]


def _piecewise(variable: str, values: list[int]) -> str:
    """An FFmpeg expression that is ``values[variable]``, as a search tree over runs of steady steps.

    >>> _piecewise("n", [5, 7, 9, 9, 9])
    'if(lt(n,3),5+2*(n-0),9)'
    """
    runs: list[tuple[int, int, int]] = []  # first index, its value, step
    for index, value in enumerate(values):
        if runs:
            first, base, step = runs[-1]
            if index == first + 1:
                runs[-1] = (first, base, value - base)
                continue
            if value == base + step * (index - first):
                continue
        runs.append((index, value, 0))

    def tree(part: list[tuple[int, int, int]]) -> str:
        if len(part) == 1:
            first, base, step = part[0]
            return f"{base}{step:+d}*({variable}-{first})" if step else str(base)
        middle = len(part) // 2
        return f"if(lt({variable},{part[middle][0]}),{tree(part[:middle])},{tree(part[middle:])})"

    return tree(runs)


def _decimal(seconds: Fraction) -> str:
    return f"{float(seconds):.6f}"


def _script(job: ExportJob, folder: str) -> str:
    clip = job.clip
    first = job.media.frame_times(clip)[0][1] * clip.time_base
    lead = max(Fraction(0), first - clip.media.start_pts * clip.time_base - _LEAD_SECONDS)
    sounds = "".join(f" -map '[sound{n}]'" for n in range(len(clip.media.audio)))
    sound_codec = " -c:a aac -b:a 192k" if sounds else ""
    video = shlex.quote(str(clip.media.path.absolute()))
    return f"""#!/bin/sh
# Makes {job.output.stem}.mp4, or the file named as the first argument, with FFmpeg 5 or newer.
set -e
here=$(cd "$(dirname "$0")" && pwd)
case "$(ffmpeg -version | head -n 1)" in
    *' version '[56].* | *' version n'[56].*) graph=-filter_complex_script ;;
    *) graph=-/filter_complex ;;
esac
exec ffmpeg -hide_banner -copyts -ss {_decimal(lead)} -i {video} \\
    -framerate {clip.rate} -start_number 0 -i "$here/{folder}/%06d.png" \\
    $graph "$here/{folder}/{_FILTER}" -map '[film]'{sounds} \\
    -c:v libx264 -preset medium -crf 18 -pix_fmt {_blend(clip.media.pixel_format).film} -enc_time_base {_ticks(clip)} \\
    -fps_mode passthrough -frames:v {clip.frame_count}{sound_codec} -movflags +faststart "${{1:-$here/{job.output.stem}.mp4}}"
"""


def _ticks(clip: ClipInfo) -> str:
    """The film's time base, as FFmpeg takes it."""
    ticks = clip.time_base if clip.media.variable_rate else 1 / clip.rate
    return f"{ticks.numerator}:{ticks.denominator}"


SPEC = ExporterSpec(
    name="ffmpeg",
    create=Ffmpeg,
    summary="A shell script, sprite pictures and a filter graph for FFmpeg 5 or newer",
    suffix=".sh",
    film=False,
)

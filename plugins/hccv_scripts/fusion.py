"""The marker as nodes of Blackmagic's Fusion: an ellipse with keyframes, to be restyled in DaVinci Resolve.

Written after published examples of the format and not tried in the program.  A ``.comp`` is a whole composition of a
clip (its picture comes in, the marker is laid over it, and out it goes), a ``.setting`` the nodes alone, to be
pasted between others.  Frame 0 is the clip's first.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hccv_scripts._files import write_text
from hccv_scripts._keys import Keys, Marker, color, markers, number, thinned
from highlight_cuts_cv.api import BadInputError, ExporterSpec, ExportJob, Options

_WHOLE, _NODES = ".comp", ".setting"
_SLACK = 0.2
"""Pixels by which the straight lines between keyframes may miss the marker."""


class Fusion:
    def __init__(self, options: Options) -> None:
        pass

    def export(self, job: ExportJob) -> Path:
        suffix = job.output.suffix.lower()
        if suffix not in (_WHOLE, _NODES):
            raise BadInputError(
                f"Fusion's nodes are written as {_WHOLE} (a clip's composition) or {_NODES} (to be pasted), but the "
                f"output is {job.output}; name it {job.output.stem}{_WHOLE} or {job.output.stem}{_NODES}."
            )
        shown = markers(job, "fusion")
        write_text(job, job.output, "\n".join(_lines(job, shown, suffix == _WHOLE)) + "\n")
        job.progress(job.clip.frame_count, job.clip.frame_count)
        return job.output


def _lines(job: ExportJob, shown: list[Marker], whole: bool) -> Iterator[str]:
    width, height = job.clip.width, job.clip.height
    red, green, blue = color(job)
    paths = {
        # From the bottom left, in picture widths and heights; a mask's height counts in widths, too.
        "X": thinned([marker.x / width for marker in shown], _SLACK / width),
        "Y": thinned([1 - marker.y / height for marker in shown], _SLACK / height),
        "Width": thinned([marker.width / width for marker in shown], _SLACK / width),
        "Height": thinned([marker.height / width for marker in shown], _SLACK / width),
        "Blend": thinned([marker.opacity for marker in shown], 0.001),
    }
    yield "{\n\tTools = ordered() {"
    if whole:
        yield from _tool("MediaIn1", "MediaIn", {}, (-110, 0))
    yield from _tool(
        "PlayerColor",
        "Background",
        {
            "GlobalOut": _value(job.clip.frame_count - 1),
            "Width": _value(width),
            "Height": _value(height),
            "TopLeftRed": _value(red),
            "TopLeftGreen": _value(green),
            "TopLeftBlue": _value(blue),
            "EffectMask": _link("PlayerMarker", "Mask"),
        },
        (0, -66),
    )
    yield from _tool(
        "PlayerMarker",
        "EllipseMask",
        {
            "MaskWidth": _value(width),
            "MaskHeight": _value(height),
            "PixelAspect": "Input { Value = { 1, 1 }, }",
            "Center": _link("PlayerPath", "Value"),
            "Width": _link("PlayerWidth", "Value"),
            "Height": _link("PlayerHeight", "Value"),
        },
        (0, -132),
    )
    yield from _tool(
        "PlayerPath", "XYPath", {"X": _link("PlayerX", "Value"), "Y": _link("PlayerY", "Value")}, None
    )
    for name, keys in paths.items():
        yield from _spline(f"Player{name}", keys)
    merged = {
        "Foreground": _link("PlayerColor", "Output"),
        "Blend": _link("PlayerBlend", "Value"),
        "PerformDepthMerge": _value(0),
    }
    if whole:
        merged["Background"] = _link("MediaIn1", "Output")
    yield from _tool("PlayerMerge", "Merge", merged, (0, 0))
    if whole:
        yield from _tool("MediaOut1", "MediaOut", {"Input": _link("PlayerMerge", "Output")}, (110, 0))
    yield "\t}\n}"


def _tool(name: str, kind: str, inputs: dict[str, str], place: tuple[int, int] | None) -> Iterator[str]:
    yield f"\t\t{name} = {kind} {{"
    yield "\t\t\tNameSet = true,"
    yield "\t\t\tInputs = {"
    for key, value in inputs.items():
        yield f"\t\t\t\t{key} = {value},"
    yield "\t\t\t},"
    if place is not None:
        yield f"\t\t\tViewInfo = OperatorInfo {{ Pos = {{ {place[0]}, {place[1]} }} }},"
    yield "\t\t},"


def _spline(name: str, keys: Keys) -> Iterator[str]:
    yield f"\t\t{name} = BezierSpline {{"
    yield "\t\t\tNameSet = true,"
    yield "\t\t\tKeyFrames = {"
    for frame, value in keys.items():
        yield f"\t\t\t\t[{frame}] = {{ {_number(value)}, Flags = {{ Linear = true }} }},"
    yield "\t\t\t},"
    yield "\t\t},"


def _value(value: float) -> str:
    return f"Input {{ Value = {_number(value)}, }}"


def _link(tool: str, output: str) -> str:
    return f'Input {{ SourceOp = "{tool}", Source = "{output}", }}'


def _number(value: float) -> str:
    return number(value, 6)


SPEC = ExporterSpec(
    name="fusion",
    create=Fusion,
    summary="The marker as an ellipse with keyframes for Fusion, in DaVinci Resolve (.comp, .setting)",
    suffix=_NODES,
    film=False,
)

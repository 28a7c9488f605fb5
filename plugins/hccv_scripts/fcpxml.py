"""The marker for Final Cut Pro: the clip with a title above it that has keyframes, as FCPXML.

Written after Apple's published description of the format (1.11) and not tried in the program.  The title carries
its own keyframes, since Final Cut keeps what its object tracker finds in files that only it can write; the clip has
a tracker's shape all the same, to be analysed there.  Times are fractions of seconds, as the format wants them.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as Xml

from hccv_scripts._files import require_suffix
from hccv_scripts._keys import Marker, color, markers, number, thinned
from highlight_cuts_cv.api import ExporterSpec, ExportJob, Options

_SLACK = 0.2
"""Pixels by which the straight lines between keyframes may miss the marker."""
_GLYPH = "●"
_GLYPH_SHARE = 0.6
"""The disc's diameter as a share of the font's size, in Helvetica and its kin."""
_TITLE = ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"


class FinalCut:
    def __init__(self, options: Options) -> None:
        pass

    def export(self, job: ExportJob) -> Path:
        require_suffix(job.output, ".fcpxml", "A project for Final Cut Pro")
        document = _document(job, markers(job, "fcpxml"))
        Xml.indent(document)
        text = Xml.tostring(document, encoding="unicode")
        with job.media.new_file(job.output) as temporary:
            temporary.write_text(
                f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{text}\n', encoding="utf-8"
            )
        job.progress(job.clip.frame_count, job.clip.frame_count)
        return job.output


def _document(job: ExportJob, shown: list[Marker]) -> Xml.Element:
    clip, info = job.clip, job.clip.media
    frame = 1 / clip.rate
    start, length = clip.first_frame * frame, clip.frame_count * frame
    name = f"{info.path.stem} with marker"
    root = Xml.Element("fcpxml", version="1.11")
    resources = Xml.SubElement(root, "resources")
    Xml.SubElement(
        resources,
        "format",
        id="r1",
        frameDuration=_time(frame),
        width=str(clip.width),
        height=str(clip.height),
    )
    asset = Xml.SubElement(
        resources,
        "asset",
        id="r2",
        name=info.path.stem,
        start="0s",
        duration=_time(info.frame_count * frame),
        hasVideo="1",
        format="r1",
    )
    if info.audio:
        asset.attrib.update(hasAudio="1", audioSources="1")
    Xml.SubElement(asset, "media-rep", kind="original-media", src=info.path.absolute().as_uri())
    Xml.SubElement(resources, "effect", id="r3", name="Basic Title", uid=_TITLE)
    event = Xml.SubElement(Xml.SubElement(root, "library"), "event", name=name)
    project = Xml.SubElement(event, "project", name=name)
    sequence = Xml.SubElement(
        project, "sequence", format="r1", duration=_time(length), tcStart="0s", tcFormat="NDF"
    )
    spine = Xml.SubElement(sequence, "spine")
    picture = Xml.SubElement(
        spine,
        "asset-clip",
        ref="r2",
        name=info.path.stem,
        offset="0s",
        start=_time(start),
        duration=_time(length),
        format="r1",
        tcFormat="NDF",
    )
    tracker = Xml.SubElement(picture, "object-tracker")
    Xml.SubElement(tracker, "tracking-shape", id="ts1", name="Player", analysisMethod="automatic")
    _title(picture, job, shown, start, length)
    return root


def _title(
    picture: Xml.Element, job: ExportJob, shown: list[Marker], start: Fraction, length: Fraction
) -> None:
    clip = job.clip
    title = Xml.SubElement(
        picture,
        "title",
        ref="r3",
        lane="1",
        name="Player",
        offset=_time(start),
        start="0s",
        duration=_time(length),
    )
    text = Xml.SubElement(title, "text")
    Xml.SubElement(text, "text-style", ref="style1").text = _GLYPH
    style = Xml.SubElement(title, "text-style-def", id="style1")
    first = next(marker for marker in shown if marker.opacity > 0)
    Xml.SubElement(
        style,
        "text-style",
        font="Helvetica",
        fontSize=_number(first.height / _GLYPH_SHARE),
        fontColor=" ".join(_number(part) for part in (*color(job), 1.0)),
        alignment="center",
    )
    # From the middle, upward, in hundredths of the picture's height.
    unit = clip.height / 100
    across = thinned([(marker.x - clip.width / 2) / unit for marker in shown], _SLACK / unit)
    down = thinned([(clip.height / 2 - marker.y) / unit for marker in shown], _SLACK / unit)
    frames = sorted({*across.frames, *down.frames})
    places = {at: f"{_number(across.at(at))} {_number(down.at(at))}" for at in frames}
    transform = Xml.SubElement(title, "adjust-transform", position=places[0])
    _animate(transform, "position", places, 1 / clip.rate)
    opacity = thinned([marker.opacity for marker in shown], 0.001)
    blend = Xml.SubElement(title, "adjust-blend", amount=_number(opacity.values[0]))
    _animate(blend, "amount", {at: _number(value) for at, value in opacity.items()}, 1 / clip.rate)


def _animate(holder: Xml.Element, name: str, values: dict[int, str], frame: Fraction) -> None:
    parameter = Xml.SubElement(holder, "param", name=name, value=values[0])
    animation = Xml.SubElement(parameter, "keyframeAnimation")
    for at, value in values.items():
        Xml.SubElement(animation, "keyframe", time=_time(at * frame), value=value, curve="linear")


def _time(seconds: Fraction) -> str:
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    return f"{seconds.numerator}/{seconds.denominator}s"


def _number(value: float) -> str:
    return number(value, 5)


SPEC = ExporterSpec(
    name="fcpxml",
    create=FinalCut,
    summary="The clip for Final Cut Pro with the marker as a title that has keyframes (.fcpxml)",
    suffix=".fcpxml",
    film=False,
)

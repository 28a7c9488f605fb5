"""A new project, as Kdenlive 24 and later have them: one timeline in a bin."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from pathlib import Path
from xml.sax.saxutils import escape

from hccv_kdenlive.parts import Builder, Placed, audio_mix, qtblend
from hccv_kdenlive.project import Element, Project, set_prop

_FORMATS = {
    (1920, 1080): "atsc_1080p",
    (1280, 720): "atsc_720p",
    (2560, 1440): "qhd_1440p",
    (3840, 2160): "uhd_2160p",
}
_RATES = {
    Fraction(24000, 1001): "2398",
    Fraction(24): "24",
    Fraction(25): "25",
    Fraction(30000, 1001): "2997",
    Fraction(30): "30",
    Fraction(50): "50",
    Fraction(60000, 1001): "5994",
    Fraction(60): "60",
}
"""MLT's profiles by size and rate.  Kdenlive 26.08 takes NTSC rates for no standard ones, with an error to be clicked
away, where a project does not name its profile."""


def _profile(size: tuple[int, int], rate: Fraction) -> str:
    return f"{_FORMATS[size]}_{_RATES[rate]}" if size in _FORMATS and rate in _RATES else ""


_SKELETON = """<mlt LC_NUMERIC="C" producer="main_bin" version="7.22.0">
 <profile colorspace="709" description="{width}x{height} {fps:.2f}fps" display_aspect_den="{aspect_den}" display_aspect_num="{aspect_num}" frame_rate_den="{rate.denominator}" frame_rate_num="{rate.numerator}" height="{height}" progressive="1" sample_aspect_den="1" sample_aspect_num="1" width="{width}"/>
 <producer id="black" in="00:00:00.000" out="10:00:00.000">
  <property name="length">2147483647</property>
  <property name="eof">continue</property>
  <property name="resource">black</property>
  <property name="aspect_ratio">1</property>
  <property name="mlt_service">color</property>
  <property name="kdenlive:playlistid">black_track</property>
  <property name="mlt_image_format">rgba</property>
  <property name="set.test_audio">0</property>
 </producer>
 <tractor id="{uuid}" in="00:00:00.000" out="00:00:00.000">
  <property name="kdenlive:uuid">{uuid}</property>
  <property name="kdenlive:clipname">{name}</property>
  <property name="kdenlive:sequenceproperties.hasAudio">1</property>
  <property name="kdenlive:sequenceproperties.hasVideo">1</property>
  <property name="kdenlive:sequenceproperties.tracksCount">0</property>
  <property name="kdenlive:sequenceproperties.documentuuid">{uuid}</property>
  <property name="kdenlive:control_uuid">{uuid}</property>
  <property name="kdenlive:producer_type">17</property>
  <property name="kdenlive:id">3</property>
  <property name="kdenlive:clip_type">0</property>
  <property name="kdenlive:folderid">2</property>
  <property name="kdenlive:sequenceproperties.groups">[
]
</property>
  <property name="kdenlive:sequenceproperties.guides">[
]
</property>
  <track producer="black"/>
 </tractor>
 <playlist id="main_bin">
  <property name="kdenlive:folder.-1.2">Sequences</property>
  <property name="kdenlive:sequenceFolder">2</property>
  <property name="kdenlive:docproperties.kdenliveversion">24.02.0</property>
  <property name="kdenlive:docproperties.profile">{profile}</property>
  <property name="kdenlive:docproperties.uuid">{uuid}</property>
  <property name="kdenlive:docproperties.version">1.1</property>
  <property name="kdenlive:docproperties.opensequences">{uuid}</property>
  <property name="kdenlive:docproperties.activetimeline">{uuid}</property>
  <property name="xml_retain">1</property>
  <entry in="00:00:00.000" out="00:00:00.000" producer="{uuid}"/>
 </playlist>
 <tractor id="project" in="00:00:00.000" out="00:00:00.000">
  <property name="kdenlive:projectTractor">1</property>
  <track in="00:00:00.000" out="00:00:00.000" producer="{uuid}"/>
 </tractor>
</mlt>
"""


def new_project(name: str, rate: Fraction, size: tuple[int, int]) -> tuple[Project, Element]:
    """An empty project and its timeline."""
    width, height = size
    shared = gcd(width, height)
    identity = f"{{{uuid.uuid5(uuid.NAMESPACE_OID, f'{name} {rate} {size}')}}}"
    text = _SKELETON.format(
        width=width,
        height=height,
        aspect_num=width // shared,
        aspect_den=height // shared,
        rate=rate,
        fps=float(rate),
        uuid=identity,
        name=escape(name),
        profile=_profile(size, rate),
    )
    project = Project(text, Path("/"))
    return project, project.sequence()


def new_track(
    builder: Builder, sequence: Element, name: str, sound: bool, items: Sequence[Placed], shown: bool
) -> None:
    """Add a track on top of those that are there."""
    tractor = builder.track(name, sound, items, before=sequence)
    place = len(sequence.findall("track"))
    made = Element("track", {"producer": tractor.get("id", "")})
    if not shown:
        made.set("hide", "audio" if sound else "video")
    made.tail = "\n  "
    last = sequence.findall("track")[-1]
    sequence.insert(list(sequence).index(last) + 1, made)
    composing = audio_mix(place) if sound else qtblend(place)
    composing.tail = "\n  "
    sequence.append(composing)
    set_prop(sequence, "kdenlive:sequenceproperties.tracksCount", place)

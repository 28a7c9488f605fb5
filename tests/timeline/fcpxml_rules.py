"""What FCPXML may look like: a small stand-in for Apple's definitions, and those where they are there.

``HCCV_FCPXML_DTDS`` names a folder with ``FCPXMLv1_8.dtd`` and ``FCPXMLv1_10.dtd``, as Apple offers them.
"""

from __future__ import annotations

import os
import re
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

INSIDE = {  # what may stand in what, in this order
    "fcpxml": "resources,library",
    "resources": "(format|effect|asset)*",
    "asset": "media-rep?",
    "library": "event",
    "event": "project",
    "project": "sequence",
    "sequence": "spine",
    "spine": "(gap|asset-clip|transition)*",
    "asset-clip": "object-tracker?,(asset-clip|title)*,marker*",
    "gap": "(asset-clip|title)*",
    "object-tracker": "tracking-shape+",
    "title": "text*,text-style-def*,adjust-transform?,adjust-blend?,marker*",
    "text": "text-style*",
    "text-style-def": "text-style",
    "adjust-transform": "param*",
    "adjust-blend": "param*",
    "param": "keyframeAnimation?",
    "keyframeAnimation": "keyframe*",
}
NEEDED = {
    "format": {"id", "frameDuration"},
    "asset": {"id", "start", "duration", "format"},
    "media-rep": {"src"},
    "effect": {"id", "uid"},
    "sequence": {"format"},
    "asset-clip": {"ref", "offset", "start", "duration"},
    "title": {"ref", "lane", "offset", "start", "duration"},
    "gap": {"duration"},
    "tracking-shape": {"id"},
    "text-style-def": {"id"},
    "param": {"name"},
    "keyframe": {"time", "value"},
    "marker": {"start", "value"},
}


def seconds(element: ElementTree.Element, name: str) -> Fraction:
    text = element.attrib[name]
    assert re.fullmatch(r"-?\d+(/\d+)?s", text), text
    return Fraction(text[:-1])


def check_fcpxml(root: ElementTree.Element, rate: Fraction) -> None:
    """That it is FCPXML, to the frame: what it says where, with how it is meant."""
    ids = [element.attrib["id"] for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    newer = root.find(".//title") is not None
    assert root.get("version") == ("1.10" if newer else "1.8")
    for asset in root.iter("asset"):
        assert (asset.get("src") is None) == newer == (asset.find("media-rep") is not None)
    for element in root.iter():
        model = re.sub(r"([a-z][A-Za-z-]+)", r"(?:\1 )", INSIDE.get(element.tag, "")).replace(",", "")
        assert re.fullmatch(model, "".join(f"{child.tag} " for child in element)), element.tag
        assert NEEDED.get(element.tag, set()) <= set(element.attrib), element.tag
        for name in ("ref", "format"):
            assert element.get(name) in (None, *ids)
        for name in ("offset", "start", "duration", "tcStart", "time"):
            if name in element.attrib:
                assert (seconds(element, name) * rate).denominator == 1, "whole frames"
    form = root.find(".//format")
    assert form is not None and seconds(form, "frameDuration") == 1 / rate
    sequence, spine = root.find(".//sequence"), root.find(".//spine")
    assert sequence is not None and spine is not None
    at = seconds(sequence, "tcStart")
    for element in spine:
        if element.tag == "transition":
            middle = seconds(element, "offset") + seconds(element, "duration") / 2
            assert abs(middle - at) <= 1 / (2 * rate), "it lies over the cut"
            continue
        assert seconds(element, "offset") == at, "what follows begins where the one before ends"
        for other in [*element.findall("asset-clip"), *element.findall("title")]:
            into = seconds(other, "offset") - seconds(element, "start")
            assert 0 <= into < seconds(element, "duration"), "it is connected to what plays when it begins"
            assert int(other.attrib["lane"]) != 0
        at += seconds(element, "duration")
    assert at == seconds(sequence, "tcStart") + seconds(sequence, "duration")
    for clip in root.iter("asset-clip"):
        (asset,) = (each for each in root.iter("asset") if each.get("id") == clip.get("ref"))
        begin, end = seconds(asset, "start"), seconds(asset, "start") + seconds(asset, "duration")
        assert begin <= seconds(clip, "start") and seconds(clip, "start") + seconds(clip, "duration") <= end
    for title in root.iter("title"):
        begin, end = seconds(title, "start"), seconds(title, "start") + seconds(title, "duration")
        for animation in title.iter("keyframeAnimation"):
            times = [seconds(key, "time") for key in animation]
            assert times == sorted(set(times)) and times[0] <= begin and times[-1] >= end - 1 / rate


def why_not_valid(path: Path, version: str) -> str | None:
    """What Apple's definition of *version* has against the file; ``None`` where it has nothing, or is not there."""
    folder = os.environ.get("HCCV_FCPXML_DTDS")
    if not folder:
        return None
    etree = import_module("lxml.etree")

    definition = etree.DTD(str(Path(folder) / f"FCPXMLv{version.replace('.', '_')}.dtd"))
    valid = definition.validate(etree.parse(str(path)))
    return None if valid else str(definition.error_log.filter_from_errors())

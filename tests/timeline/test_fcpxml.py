"""FCPXML: by rules of its own here, and by what comes back."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import opentimelineio as otio
import pytest

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.fcpxml import read_shown, write_fcpxml
from highlight_cuts_cv.timeline.formats import require_format
from highlight_cuts_cv.timeline.shown import difference_of, shown
from tests.timeline.judged import LENGTH, NTSC, add_media, hour, judged

RATES = (Fraction(25), NTSC, Fraction(60000, 1001))
INSIDE = {  # what may stand in what, in this order, after the published definition of FCPXML 1.8
    "fcpxml": "resources,library",
    "resources": "(format|asset)*",
    "library": "event",
    "event": "project",
    "project": "sequence",
    "sequence": "spine",
    "spine": "(gap|asset-clip|transition)*",
    "asset-clip": "asset-clip*,marker*",
    "gap": "asset-clip*",
}


def seconds(element, name):
    text = element.attrib[name]
    assert re.fullmatch(r"-?\d+(/\d+)?s", text), text
    return Fraction(text[:-1])


def check(root, rate):
    """That it is FCPXML, to the frame: what it says where, with how it is meant."""
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) and root.get("version") == "1.8"
    for element in root.iter():
        model = re.sub(r"([a-z-]+)", r"(?:\1 )", INSIDE.get(element.tag, "")).replace(",", "")
        assert re.fullmatch(model, "".join(f"{child.tag} " for child in element)), element.tag
        for name in ("ref", "format"):
            assert element.get(name) in (None, *ids)
        for name in ("offset", "start", "duration", "tcStart"):
            if name in element.attrib:
                assert (seconds(element, name) * rate).denominator == 1, "whole frames"
    form = root.find(".//format")
    assert seconds(form, "frameDuration") == 1 / rate
    sequence, spine = root.find(".//sequence"), root.find(".//spine")
    at = seconds(sequence, "tcStart")
    for element in spine:
        if element.tag == "transition":
            middle = seconds(element, "offset") + seconds(element, "duration") / 2
            assert abs(middle - at) <= 1 / (2 * rate), "it lies over the cut"
            continue
        assert seconds(element, "offset") == at, "what follows begins where the one before ends"
        for other in element.findall("asset-clip"):
            into = seconds(other, "offset") - seconds(element, "start")
            assert 0 <= into < seconds(element, "duration"), "it is connected to what plays when it begins"
        at += seconds(element, "duration")
    assert at == seconds(sequence, "tcStart") + seconds(sequence, "duration")
    for clip in root.iter("asset-clip"):
        (asset,) = (each for each in root.iter("asset") if each.get("id") == clip.get("ref"))
        begin, end = seconds(asset, "start"), seconds(asset, "start") + seconds(asset, "duration")
        assert begin <= seconds(clip, "start") and seconds(clip, "start") + seconds(clip, "duration") <= end


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("over", [False, True])
def test_a_tracked_timeline_goes_to_final_cut_to_the_frame(media, over, rate):
    add_media(media, rate)
    edit = judged(media.folder, rate)
    otio.adapters.write_to_file(edit, str(media.folder / "edit.otio"))
    timeline = read_timeline(media.folder / "edit.otio", probe=media.probe)
    renders = {
        clip.clip_id: TrackedRender(media.add(f"films/{clip.clip_id}.mov", clip.frame_count, rate), over=over)
        for clip in timeline.clips
    }
    told: list[str] = []
    beside = write_tracked(timeline, renders, media.folder / "tracked.otio", probe=media.probe)
    path = write_tracked(
        timeline, renders, media.folder / "tracked.fcpxml", probe=media.probe, warn=told.append
    )
    assert any("Tried in no Final Cut Pro" in sentence for sentence in told)
    root = ElementTree.fromstring(path.read_bytes())
    check(root, rate)
    wanted = shown(otio.adapters.read_from_file(str(beside)), rate)
    assert difference_of(wanted, read_shown(path, rate)) is None
    for asset in root.iter("asset"):
        assert Path(unquote(urlparse(str(asset.get("src"))).path)).is_file()
    if not over:
        return
    assert len([clip for clip in root.iter("asset-clip") if int(clip.get("lane", 0)) > 0]) == 6


def test_places_start_timecode_sound_and_markers(tmp_path):
    edit = judged(tmp_path)
    write_fcpxml(edit, tmp_path / "x.fcpxml", NTSC, (640, 360))
    root = ElementTree.fromstring((tmp_path / "x.fcpxml").read_bytes())
    check(root, NTSC)
    assert seconds(root.find(".//sequence"), "tcStart") * NTSC == hour(NTSC)
    two, last = (
        next(
            clip for clip in root.iter("asset-clip") if "lane" not in clip.attrib and clip.get("name") == name
        )
        for name in ("two", "last")
    )
    assert (seconds(two, "offset") * NTSC, seconds(two, "start") * NTSC) == (hour(NTSC) + 70, hour(NTSC) + 40)
    assert [seconds(marker, "start") * NTSC for marker in last.iter("marker")] == [hour(NTSC) + 210]
    (btc,) = (asset for asset in root.iter("asset") if asset.get("name") == "btc")
    assert (seconds(btc, "start") * NTSC, seconds(btc, "duration") * NTSC) == (hour(NTSC), LENGTH)
    plays = [(clip.get("srcEnable"), clip.get("lane")) for clip in root.iter("asset-clip")]
    assert sorted(plays, key=str) == [("audio", "-1")] * 2 + [("video", "1")] + [("video", None)] * 4
    del edit.tracks[2]
    write_fcpxml(edit, tmp_path / "x.fcpxml", NTSC, (640, 360))
    root = ElementTree.fromstring((tmp_path / "x.fcpxml").read_bytes())
    assert {clip.get("srcEnable") for clip in root.iter("asset-clip")} == {"all", "video"}, (
        "else nothing would be heard"
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda t: t.tracks[1][1].effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0)),
            "speed of 'top'",
        ),
        (
            lambda t: t.tracks[1].insert(1, otio.schema.Transition("d", "SMPTE_Dissolve")),
            "'V2' has a transition",
        ),
        (
            lambda t: t.tracks[0].append(
                otio.schema.Stack("inner", source_range=t.tracks[0][0].source_range)
            ),
            "'inner'",
        ),
        (lambda t: t.tracks.__delitem__(slice(0, 2)), "no pictures"),
        (lambda t: setattr(t.tracks[1], "enabled", False), "switched off"),
    ],
)
def test_what_it_cannot_hold_is_said_before_any_work(tmp_path, change, sentence):
    edit = judged(tmp_path)
    change(edit)
    with pytest.raises(BadInputError, match=sentence):
        require_format(edit, tmp_path / "x.fcpxml", NTSC, False)

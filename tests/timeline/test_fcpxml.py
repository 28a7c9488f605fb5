"""FCPXML: by rules of its own here, and by what comes back."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import opentimelineio as otio
import pytest

from highlight_cuts_cv.errors import BadInputError
from highlight_cuts_cv.model import LiveMarker, Mark
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.fcpxml import named_titles, read_shown, write_fcpxml
from highlight_cuts_cv.timeline.formats import require_format
from highlight_cuts_cv.timeline.shown import difference_of, shown
from highlight_cuts_cv.timeline.titles import MovingMarker
from tests.timeline.fcpxml_rules import check_fcpxml, seconds, why_not_valid
from tests.timeline.judged import LENGTH, NTSC, add_media, hour, judged

RATES = (Fraction(25), NTSC, Fraction(60000, 1001))


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
    check_fcpxml(root, rate)
    assert why_not_valid(path, "1.8") is None
    wanted = shown(otio.adapters.read_from_file(str(beside)), rate)
    assert difference_of(wanted, read_shown(path, rate)) is None
    for asset in root.iter("asset"):
        assert Path(unquote(urlparse(str(asset.get("src"))).path)).is_file()
    if not over:
        return
    assert len([clip for clip in root.iter("asset-clip") if int(clip.get("lane", 0)) > 0]) == 6


WAY = [(0.0, 100.0, 50.0, 20.0, 10.0, 1.0), (20.0, 300.0, 150.0, 40.0, 20.0, 1.0)]
"""Of a marker, in frames and pixels of a picture of 640 by 360, over the first 20 frames; then it is gone."""


@pytest.mark.parametrize("rate", RATES)
def test_a_marker_that_moves_is_a_title_on_a_clip_that_can_be_tracked(media, rate):
    add_media(media, rate)
    otio.adapters.write_to_file(judged(media.folder, rate), str(media.folder / "edit.otio"))
    timeline = read_timeline(media.folder / "edit.otio", probe=media.probe)
    picture = media.add("films/marker.png", 1, rate)
    renders = {
        clip.clip_id: TrackedRender(
            picture,
            over=True,
            marks=[Mark(3, 2, "look here", doubtful=True)],
            live=[
                LiveMarker(
                    picture,
                    [*WAY, (21.0, *WAY[-1][1:5], 0.0), (clip.frame_count - 1.0, *WAY[-1][1:5], 0.0)],
                    (1.0, 0.5, 0.0),
                    player,
                )
                for player in (("Sam", "Ann") if clip.name == "two" else ("Sam",))
            ],
        )
        for clip in timeline.clips
    }
    told: list[str] = []
    path = write_tracked(
        timeline, renders, media.folder / "live.fcpxml", "finalcut", probe=media.probe, warn=told.append
    )
    assert any("markers are titles" in sentence for sentence in told)
    root = ElementTree.fromstring(path.read_bytes())
    check_fcpxml(root, rate)
    assert why_not_valid(path, "1.10") is None
    titles = {str(title.get("name")): title for title in root.iter("title")}
    assert len(titles) == len(timeline.clips) + 1 == 6
    pictures = [clip for clip in root.iter("asset-clip") if clip.get("srcEnable") != "audio"]
    shapes = {
        clip.get("name"): [shape.get("name") for shape in clip.iterfind("object-tracker/*")]
        for clip in pictures
    }
    assert shapes.pop("two") == ["Sam", "Ann"] and set(map(tuple, shapes.values())) == {("Sam",)}
    assert not any(Path(str(asset.get("src"))).suffix == ".png" for asset in root.iter("media-rep"))
    one = titles["Sam in one"]
    begin = 3600 * round(rate)
    assert seconds(one, "start") * rate == begin, "its time begins at an hour, as Final Cut writes it"
    style = one.find("text-style-def/text-style")
    assert style is not None and style.get("fontColor") == "1 0.5 0 1"

    def keys(name: str) -> dict[int, list[float]]:
        found = one.iterfind(f"*/param[@name='{name}']/keyframeAnimation/keyframe")
        return {
            int(seconds(key, "time") * rate) - begin: [float(part) for part in key.attrib["value"].split()]
            for key in found
        }

    wide, high = timeline.clips[0].info.width, timeline.clips[0].info.height
    place, size, amount = keys("position"), keys("scale"), keys("amount")
    assert set(range(21)) <= set(place), "wherever it shows"
    for frame in range(21):  # its middle, from the picture's middle, upward, in hundredths of the height
        x, y = 100 + 10 * frame + 10 + frame / 2, 50 + 5 * frame + 5 + frame / 4
        assert place[frame] == pytest.approx(
            [(x - wide / 2) / high * 100, (high / 2 - y) / high * 100], abs=1e-4
        )
    assert size[20][0] / size[0][0] == pytest.approx(2)
    assert (amount[0], amount[20], amount[21]) == ([1], [1], [0])
    (mark,) = one.iter("marker")
    assert seconds(mark, "start") * rate == begin + 3 and mark.get("completed") == "0", (
        "to be done: red there"
    )


def test_a_picture_of_another_shape_is_shown_whole(tmp_path):
    edit = judged(tmp_path)
    whole = edit.tracks[1][1].trimmed_range()
    above = otio.schema.Clip("m", otio.schema.ExternalReference("m.png", whole), whole)
    above.effects.append(MovingMarker(WAY, (640, 360), (1, 1, 1), "").effect())
    edit.tracks.insert(
        2, otio.schema.Track(children=[otio.schema.Gap(source_range=edit.tracks[1][0].source_range), above])
    )
    named_titles(edit)
    write_fcpxml(edit, tmp_path / "x.fcpxml", NTSC, (1280, 1280))
    root = ElementTree.fromstring((tmp_path / "x.fcpxml").read_bytes())
    key = root.find(".//param[@name='position']//keyframe")
    assert key is not None
    x, y = (float(part) for part in key.attrib["value"].split())
    assert (x, y) == pytest.approx((2 * (110 - 320) / 12.8, 2 * (180 - 55) / 12.8), abs=1e-4)


def test_a_silent_recording_is_not_said_to_be_heard(tmp_path):
    edit = judged(tmp_path)
    del edit.tracks[2]
    write_fcpxml(edit, tmp_path / "x.fcpxml", NTSC, (640, 360), silent={(tmp_path / "a.mp4").as_posix()})
    root = ElementTree.fromstring((tmp_path / "x.fcpxml").read_bytes())
    assert {asset.get("name"): asset.get("hasAudio") for asset in root.iter("asset")} == {
        "a": None,
        "btc": "1",
    }


def test_places_start_timecode_sound_and_markers(tmp_path):
    edit = judged(tmp_path)
    write_fcpxml(edit, tmp_path / "x.fcpxml", NTSC, (640, 360))
    root = ElementTree.fromstring((tmp_path / "x.fcpxml").read_bytes())
    check_fcpxml(root, NTSC)
    assert seconds(next(root.iter("sequence")), "tcStart") * NTSC == hour(NTSC)
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

"""Timelines written in other programs' formats: what comes back, what is told, and what is refused before any work."""

from __future__ import annotations

from fractions import Fraction
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from highlight_cuts_cv.errors import BadInputError, JobFailedError
from highlight_cuts_cv.faces.shared import tracked_path
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.exchange import AdapterError, write_through
from highlight_cuts_cv.timeline.formats import require_format
from highlight_cuts_cv.timeline.rules import check_rules
from highlight_cuts_cv.timeline.shown import difference
from tests.timeline.judged import NTSC, add_media, judged

RATES = (Fraction(25), NTSC, Fraction(60000, 1001))


@pytest.fixture
def delivered(media):
    """Writes the judged timeline with films (or overlays) of the chosen clips as *name*; what was told, too."""

    def deliver(name, wanted=("one", "two", "three", "last", "top"), over=False, rate=NTSC, change=None):
        add_media(media, rate)
        edit = judged(media.folder, rate)
        if change is not None:
            change(edit)
        otio.adapters.write_to_file(edit, str(media.folder / "edit.otio"))
        timeline = read_timeline(media.folder / "edit.otio", probe=media.probe)
        renders = {
            clip.clip_id: TrackedRender(
                media.add(f"films/{clip.clip_id}.{'mov' if over else 'mp4'}", clip.frame_count, rate),
                over=over,
            )
            for clip in timeline.clips
            if clip.name in wanted
        }
        told: list[str] = []
        path = write_tracked(timeline, renders, media.folder / name, probe=media.probe, warn=told.append)
        return path, told, timeline

    return deliver


def without_dissolve(edit):
    del edit.tracks[0][3]


def one_track(edit):
    without_dissolve(edit)
    edit.tracks[:] = [edit.tracks[0]]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("over", [False, True])
def test_final_cut_7_xml_shows_what_the_timeline_shows(delivered, over, rate):
    path, told, _ = delivered("edit.tracked.xml", over=over, rate=rate)
    beside, _, _ = delivered("edit.tracked.otio", over=over, rate=rate)
    back, wanted = (otio.adapters.read_from_file(str(each)) for each in (path, beside))
    assert difference(wanted, back, rate) is None
    assert [sentence for sentence in told if "no note of what was done" in sentence]
    assert len([track for track in back.tracks if track.kind == "Video"]) == (5 if over else 2)
    root = ElementTree.fromstring(path.read_bytes())
    for url in root.iter("pathurl"):
        assert urlparse(url.text).netloc == "localhost"
        assert (path.parent / unquote(urlparse(str(url.text)).path)).is_file()
    assert {str(each.text) for each in root.iter("ntsc")} == {"FALSE" if rate == 25 else "TRUE"}


def test_the_doctor_finds_nothing_wrong_with_what_is_written(delivered, media):
    path, _, _ = delivered("edit.tracked.xml")
    assert not [found for found in check_rules(path, media.probe) if found.wrong], "in XML, files are URLs"


def test_files_with_spaces_and_signs_are_named_as_urls(media, tmp_path):
    add_media(media)
    edit = judged(media.folder)
    for clip in edit.find_clips():
        clip.media_reference.target_url = "/games/Köln #1 50%.mp4"
    write_through(edit, tmp_path / "out.xml", NTSC)
    urls = {url.text for url in ElementTree.fromstring((tmp_path / "out.xml").read_bytes()).iter("pathurl")}
    assert urls == {"file://localhost/games/K%C3%B6ln%20%231%2050%25.mp4"}
    again = otio.adapters.read_from_file(str(tmp_path / "out.xml"))
    write_through(again, tmp_path / "again.xml", NTSC)
    assert {
        url.text for url in ElementTree.fromstring((tmp_path / "again.xml").read_bytes()).iter("pathurl")
    } == urls


def test_markers_are_where_the_file_begins_to_count_and_say_what_they_said(delivered):
    path, _, _ = delivered("edit.tracked.xml", wanted=("one",))
    found = {
        str(marker.findtext("name")): (marker.findtext("in"), marker.findtext("comment"))
        for marker in ElementTree.fromstring(path.read_bytes()).iter("marker")
    }
    assert found == {"m30": ("10", "m30"), "m210": ("210", "m210")}, "of a file with timecode, too"


def test_what_came_from_xml_goes_out_as_xml_and_stays_as_it_was(media, tmp_path):
    add_media(media)
    write_through(judged(media.folder), tmp_path / "edit.xml", NTSC)
    timeline = read_timeline(tmp_path / "edit.xml", probe=media.probe)
    assert [clip.frame_count for clip in timeline.clips] == [60, 40, 55, 55, 40]
    output = tracked_path(tmp_path / "edit.xml", None)
    assert output.name == "edit.tracked.xml"
    written = write_tracked(timeline, {}, output, probe=media.probe)
    back, was = (otio.adapters.read_from_file(str(path)) for path in (written, tmp_path / "edit.xml"))
    assert difference(was, back, NTSC) is None
    assert [m.marked_range for c in back.find_clips() for m in c.markers] == [
        m.marked_range for c in was.find_clips() for m in c.markers
    ]


def test_what_the_adapter_cannot_give_back_stays_otio_unless_asked_for(media, tmp_path):
    add_media(media)
    (tmp_path / "edit.xml").write_text("<xmeml version='5'><sequence/><sequence/></xmeml>")
    assert tracked_path(tmp_path / "edit.xml", None).name == "edit.tracked.otio"
    assert tracked_path(tmp_path / "edit.edl", None).name == "edit.tracked.otio", "an EDL loses too much"
    fast = judged(media.folder)
    fast.tracks[1][1].effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    with pytest.raises(BadInputError, match=r"cannot be written as .*x\.xml: .*read back.*x\.otio"):
        require_format(fast, tmp_path / "x.xml", NTSC, False)


def test_an_edl_has_one_track_of_films(delivered):
    path, told, timeline = delivered("edit.tracked.edl", change=one_track)
    text = path.read_text()
    assert [line.split(": ", 1)[1] for line in text.splitlines() if line.startswith("* FROM CLIP: ")] == [
        (path.parent / "films" / f"{clip.clip_id}.mp4").as_posix() for clip in timeline.clips
    ]
    events = [line.split() for line in text.splitlines() if line[:3].isdigit()]
    assert events[0][4:6] == ["00:00:00;00", "00:00:02;00"]
    assert [event[6] for event in events] == ["00:00:00;10", "00:00:02;10", "00:00:04;00", "00:00:05;27"]
    assert any("one track of pictures" in sentence for sentence in told)


def test_what_an_edl_cannot_hold_is_refused(media, delivered):
    add_media(media)
    edit, output = judged(media.folder), media.folder / "x.edl"
    with pytest.raises(BadInputError, match="single video track"):
        require_format(edit, output, NTSC, False)
    edit.tracks[:] = [edit.tracks[0]]
    with pytest.raises(BadInputError, match="cannot be written as"):  # the dissolve's second file is lost
        require_format(edit, output, NTSC, False)
    one_track(edit)
    require_format(edit, output, NTSC, False)
    with pytest.raises(BadInputError, match="the marker needs one above"):
        require_format(edit, output, NTSC, True)
    with pytest.raises(JobFailedError, match="cannot be written as"):
        delivered("edit.tracked.edl")
    assert not output.exists() and not (media.folder / "edit.tracked.edl").exists()


def test_a_clip_that_comes_back_elsewhere_is_told(media, tmp_path):
    add_media(media)
    edit, other = judged(media.folder), judged(media.folder)
    assert difference(edit, other, NTSC) is None
    last = other.tracks[0][-1]
    last.source_range = TimeRange(last.source_range.start_time, RationalTime(39, float(NTSC)))
    assert "length=39" in str(difference(edit, other, NTSC))
    del other.tracks[1]
    assert difference(edit, other, NTSC) is not None
    with pytest.raises(AdapterError, match="adapter fcp_xml"):
        edit.tracks[1][1].effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
        write_through(edit, tmp_path / "x.xml", NTSC)

"""What nobody picked stops nothing: such clips stay as they are, and a sentence says why."""

from __future__ import annotations

import json
from fractions import Fraction

import opentimelineio as otio
import pytest

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from tests.timeline.test_reading import clip_of, span, timeline_of


@pytest.fixture
def change(media, tmp_path):
    """A timeline of a good clip and another that *change* spoils, as JSON."""
    media.add("a.mp4")
    (tmp_path / "text.mp4").write_text("no video")

    def make(change):
        items = [clip_of("a.mp4", span(0, 30), name=name) for name in ("bad", "good")]
        path = timeline_of(tmp_path, *items)
        data = json.loads(path.read_text())
        change(data["tracks"]["children"][0]["children"][0])
        path.write_text(json.dumps(data))
        return path

    return make


def _url(url):
    return lambda clip: clip["media_references"]["DEFAULT_MEDIA"].update(target_url=url)


def _source(start, count, rate=30.0):
    def change(clip):
        clip["source_range"]["start_time"].update(value=float(start), rate=rate)
        clip["source_range"]["duration"].update(value=float(count), rate=rate)

    return change


UNKNOWN = {"OTIO_SCHEMA": "StudioGrade.1", "name": "g", "strength": 0.1}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_url("/media/usb/b-roll.mp4"), "no file /media/usb/b-roll.mp4"),
        (_url("text.mp4"), "text.mp4 is not a video"),
        (_url(""), "its media is missing"),
        (_source(-1, 30), "uses -0.03 s"),
        (_source(890, 30), "is 30.00 s long"),
        (_source(0, float("nan")), "a time of nan frames"),
        (_source(0, 0), "of no length"),
        (_source(float("inf"), 30), "a time of inf frames"),
        (_source(0, 30, 0.0), "rates must be above 0"),
        (lambda clip: clip.update(effects=[UNKNOWN]), "an effect of the schema StudioGrade,"),
        (lambda clip: clip.update(markers=[UNKNOWN]), "a marker of the schema StudioGrade,"),
        (lambda clip: clip["media_references"].update(DEFAULT_MEDIA=UNKNOWN), "a medium of the schema StudioGrade,"),
        (lambda clip: clip.update(active_media_reference_key="gone"), "not among its media"),
    ],
)  # fmt: skip
def test_what_nobody_picked_stays_as_it_is(change, media, spoil, why):
    path = change(spoil)
    timeline = read_timeline(path, probe=media.probe)
    assert [clip.clip_id for clip in timeline.clips] == ["02-good"]
    (warning,) = timeline.warnings
    assert "'bad' was left as it is" in warning and why in warning
    with pytest.raises(BadInputError, match="'01-bad' cannot be followed") as caught:
        timeline.clip("01-bad")
    assert why in str(caught.value)
    render = TrackedRender(media.add("render.mp4", 30))
    written = write_tracked(timeline, {"02-good": render}, path.with_name("out.otio"), probe=media.probe)
    bad, good = json.loads(written.read_text())["tracks"]["children"][0]["children"]
    was = json.loads(path.read_text())["tracks"]["children"][0]["children"][0]
    assert good["media_references"]["DEFAULT_MEDIA"]["target_url"].endswith("render.mp4")
    for clip in (bad, was):
        for reference in clip["media_references"].values():
            reference.pop("target_url", None)
    assert str(bad) == str(was)  # as text, since NaN is not NaN


def test_what_follows_keeps_its_place(change, media):
    timeline = read_timeline(change(_url("/gone.mp4")), probe=media.probe)
    assert timeline.clips[0].position == 30
    timeline = read_timeline(change(_source(0, float("nan"))), probe=media.probe)
    assert timeline.clips[0].position == 0


def test_something_unknown_on_a_track_is_kept(media, tmp_path):
    media.add("a.mp4")
    path = timeline_of(tmp_path, clip_of("a.mp4", span(0, 30)), clip_of("a.mp4", span(60, 30)))
    data = json.loads(path.read_text())
    children = data["tracks"]["children"][0]["children"]
    thing = {**UNKNOWN, "source_range": children[0]["source_range"], "inside": {"OTIO_SCHEMA": "Odd.7"}}
    children.insert(1, thing)
    path.write_text(json.dumps(data))
    timeline = read_timeline(path, probe=media.probe)
    assert [clip.position for clip in timeline.clips] == [0, 60]
    written = write_tracked(timeline, {}, tmp_path / "out.otio", probe=media.probe)
    assert json.loads(written.read_text())["tracks"]["children"][0]["children"][1] == thing


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda data: data.update(tracks=None), "the timeline 'test' in it has no tracks"),
        (lambda data: data["tracks"].update(OTIO_SCHEMA="Stack.9"), r"newer OpenTimelineIO \(Stack\.9"),
        (
            lambda data: data["tracks"].update(markers=[{"OTIO_SCHEMA": "Marker.3"}]),
            r"newer OpenTimelineIO \(Marker\.3; the installed .* knows Marker\.2\)",
        ),
        (lambda data: data["tracks"].update(children=[1]), "adapter otio_json"),
        (lambda data: data.pop("OTIO_SCHEMA"), "holds no timeline"),
    ],
)
def test_what_is_no_timeline_gets_a_sentence(media, tmp_path, spoil, why):
    path = timeline_of(tmp_path, clip_of("a.mp4", span(0, 30)))
    data = json.loads(path.read_text())
    spoil(data)
    path.write_text(json.dumps(data))
    with pytest.raises(BadInputError, match=why) as caught:
        read_timeline(path, probe=media.probe)
    assert "test.otio" in str(caught.value) and "opentimelineio7v" not in str(caught.value)


def test_a_found_name_becomes_a_reference_that_keeps_what_it_had_and_only_where_picked(media, tmp_path):
    media.add("game.mp4")
    clips = []
    for start in (0, 60):
        missing = otio.schema.MissingReference("reel 7", span(0, 900), {"tape": "7"})
        clips.append(otio.schema.Clip("game.mp4", missing, span(start, 30)))
    timeline = read_timeline(timeline_of(tmp_path, *clips), probe=media.probe)
    render = TrackedRender(media.add("render.mp4", 30))
    written = write_tracked(timeline, {"01-game": render}, tmp_path / "out.otio", probe=media.probe)
    picked, other = otio.adapters.read_from_file(str(written)).find_clips()
    assert other.is_equivalent_to(clips[1])
    original = picked.media_references()["original"]
    assert original.target_url == (tmp_path / "game.mp4").as_posix()
    assert (original.name, original.available_range, dict(original.metadata)) == (
        "reel 7",
        span(0, 900),
        {"tape": "7"},
    )


def test_media_root_relinks_sound_disabled_clips_and_other_references_as_well(media, tmp_path):
    for name in ("a.mp4", "b.wav", "proxy.mp4"):
        media.add(f"disk/{name}")
    off = clip_of("/old/a.mp4", span(0, 30), name="off")
    off.enabled = False
    two = clip_of("/old/a.mp4", span(0, 30), name="two")
    references = {**two.media_references(), "proxy": otio.schema.ExternalReference("/old/proxy.mp4")}
    two.set_media_references(references, "DEFAULT_MEDIA")
    path = timeline_of(tmp_path, off, two)
    timeline = otio.adapters.read_from_file(str(path))
    sound = otio.schema.Track("A1", kind="Audio", children=[clip_of("/old/b.wav", span(0, 60))])
    timeline.tracks.append(sound)
    otio.adapters.write_to_file(timeline, str(path))
    read = read_timeline(path, media_root=tmp_path / "disk", probe=media.probe)
    written = write_tracked(read, {}, tmp_path / "out.otio", probe=media.probe)
    urls = {
        reference.target_url
        for clip in otio.adapters.read_from_file(str(written)).find_clips()
        for reference in clip.media_references().values()
    }
    assert urls == {(tmp_path / "disk" / name).as_posix() for name in ("a.mp4", "b.wav", "proxy.mp4")}


def test_a_moved_tracked_timeline_keeps_its_renders(media, tmp_path):
    media.add("a.mp4")
    path = timeline_of(tmp_path, *(clip_of("a.mp4", span(start, 30)) for start in (0, 60)))
    timeline = read_timeline(path, probe=media.probe)
    renders = {
        clip.clip_id: TrackedRender(media.add(f"old/{clip.clip_id}.mp4", 30)) for clip in timeline.clips
    }
    tracked = write_tracked(timeline, renders, tmp_path / "tracked.otio", probe=media.probe)
    (tmp_path / "old").rename(tmp_path / "new")
    again = read_timeline(tracked, media_root=tmp_path, probe=media.probe)
    render = TrackedRender(media.add("other.mp4", 30, Fraction(30)))
    written = write_tracked(again, {"01-clip": render}, tmp_path / "out.otio", probe=media.probe)
    _, second = otio.adapters.read_from_file(str(written)).find_clips()
    assert second.media_reference.target_url == (tmp_path / "new" / "02-clip.mp4").as_posix()


def test_numbers_in_the_spellings_that_otio_reads(media, tmp_path):
    media.add("a.mp4")
    path = timeline_of(tmp_path, clip_of("a.mp4", span(0, 30)))
    metadata = '"metadata": {"a": Inf, "b": -Inf, "c": NaN, "d": Infinity, "e": 340282366920938463463374607431768211456}'
    path.write_text(path.read_text().replace('"metadata": {}', metadata, 1))
    timeline = read_timeline(path, probe=media.probe)
    written = write_tracked(timeline, {}, tmp_path / "out.otio", probe=media.probe)
    assert str(otio.adapters.read_from_file(str(written)).metadata) == str(timeline.otio.metadata)
    assert timeline.otio.metadata["b"] == -float("inf")

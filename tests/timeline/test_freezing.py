"""What moves when a clip's picture stands still, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline import (
    TrackedRender,
    freeze_window,
    read_timeline,
    write_tracked,
)
from highlight_cuts_cv.timeline.freezing import freeze_obstacles, why_no_freeze

HELD = 15
RATE = 30.0


def span(start, count, rate=RATE):
    return TimeRange(RationalTime(start, rate), RationalTime(count, rate))


def clip(name, start, count, file="game.mp4", rate=RATE):
    return otio.schema.Clip(
        name, otio.schema.ExternalReference(file, span(0, 900, rate)), span(start, count, rate)
    )


def gap(count):
    return otio.schema.Gap(source_range=span(0, count))


def fade(before, after):
    return otio.schema.Transition(
        "fade", "SMPTE_Dissolve", RationalTime(before, RATE), RationalTime(after, RATE)
    )


def at(marker, length=1):
    return otio.schema.Marker(f"at {marker}", span(marker, length))


def laid_out(track, rate=RATE):
    """(name, begin, end) in frames of what a track plays; gaps that meet are one."""
    found: list[Any] = []
    for item in track:
        if isinstance(item, otio.schema.Transition):
            continue
        begin = round(item.range_in_parent().start_time.rescaled_to(rate).value)
        end = begin + round(item.duration().rescaled_to(rate).value)
        name = "-" if isinstance(item, otio.schema.Gap) else item.name
        if found and name == found[-1][0] == "-":
            begin = found.pop()[1]
        found.append((name, begin, end))
    return found


@pytest.fixture
def build(media):
    """Writes a timeline of these video and audio tracks and reads it."""
    for name in ("game.mp4", "other.mp4", "music.wav"):
        media.add(name)

    def make(video, audio=(), stack_markers=(), start=None, rate=RATE):
        timeline = otio.schema.Timeline("edit")
        timeline.global_start_time = start
        for kind, tracks in (("Video", video), ("Audio", audio)):
            for number, children in enumerate(tracks, start=1):
                timeline.tracks.append(otio.schema.Track(f"{kind[0]}{number}", children=children, kind=kind))
        timeline.tracks.markers.extend(stack_markers)
        path = media.folder / "edit.otio"
        otio.adapters.write_to_file(timeline, str(path))
        return read_timeline(path, probe=media.probe)

    return make


@pytest.fixture
def frozen(media):
    """Writes the tracked timeline with the given clips' (id -> frame) pictures standing still."""

    def write(timeline, stops, held=HELD):
        renders = {}
        for clip_id, frame in stops.items():
            one = timeline.clip(clip_id)
            file = media.add(f"renders/{clip_id}.mp4", one.frame_count + held, one.rate)
            renders[clip_id] = TrackedRender(file, freeze_at=frame, freeze_frames=held)
        path = write_tracked(timeline, renders, media.folder / "out.otio", probe=media.probe)
        return otio.adapters.read_from_file(str(path))

    return write


def test_the_clip_grows_and_what_follows_moves(build, frozen):
    linked = [clip("a", 0, 60), clip("b", 100, 60), clip("c", 300, 60)]
    timeline = build([[clip("a", 0, 60), clip("b", 100, 60), clip("c", 300, 60)]], [linked])
    result = frozen(timeline, {"02-b": 0})
    assert laid_out(result.tracks[0]) == [("a", 0, 60), ("b", 60, 135), ("c", 135, 195)]
    assert laid_out(result.tracks[1]) == [("a", 0, 60), ("-", 60, 75), ("b", 75, 135), ("c", 135, 195)]
    marked = result.tracks[0][1]
    assert marked.source_range == span(0, 75) and marked.media_reference.available_range == span(0, 75)
    assert dict(marked.metadata["highlight_cuts_cv"]["intro"]) == {"frame": 0, "frames": HELD}


@pytest.mark.parametrize("file", ["game.mp4", r"D:\games\game.mp4", "file:///D:/games/game.mp4"])
def test_sound_of_the_clip_is_cut_where_its_picture_stops(build, frozen, file):
    sound = clip("a", 0, 60, file)
    sound.markers.extend([at(10), at(40)])
    timeline = build([[clip("a", 0, 60)]], [[sound]])
    first, pause, rest = frozen(timeline, {"01-a": 20}).tracks[1]
    assert (first.source_range, rest.source_range) == (span(0, 20), span(20, 40))
    assert isinstance(pause, otio.schema.Gap) and pause.duration().value == HELD
    assert [m.name for m in first.markers] == ["at 10"] and [m.name for m in rest.markers] == ["at 40"]


def test_sound_that_begins_before_its_picture_is_cut_too(build, frozen):
    timeline = build([[gap(10), clip("a", 100, 50)]], [[clip("a", 90, 60)]])
    result = frozen(timeline, {"01-a": 0})
    assert laid_out(result.tracks[1]) == [("a", 0, 10), ("-", 10, 25), ("a", 25, 75)]
    assert result.tracks[1][2].source_range == span(100, 50)


def test_other_sound_plays_on_and_what_follows_it_moves(build, frozen):
    music = [clip("song", 0, 100, "music.wav"), clip("cheer", 0, 20, "music.wav")]
    timeline = build([[clip("a", 0, 60), clip("b", 100, 60)]], [music])
    result = frozen(timeline, {"02-b": 0})
    assert laid_out(result.tracks[1]) == [("song", 0, 100), ("-", 100, 115), ("cheer", 115, 135)]


def test_other_pictures_and_gaps_move(build, frozen):
    titles = [gap(70), clip("title", 0, 20, "other.mp4")]
    timeline = build(
        [[clip("a", 0, 60), clip("b", 100, 60)], titles, [gap(60), clip("pip", 0, 9, "other.mp4")]]
    )
    result = frozen(timeline, {next(c.clip_id for c in timeline.clips if c.name == "b"): 0})
    assert laid_out(result.tracks[1]) == [("-", 0, 85), ("title", 85, 105)]
    assert laid_out(result.tracks[2]) == [("-", 0, 75), ("pip", 75, 84)]


def test_several_clips(build, frozen):
    both = [clip("a", 0, 60), clip("b", 100, 60)]
    timeline = build([both], [[c.clone() for c in both]])
    result = frozen(timeline, {"01-a": 10, "02-b": 0})
    assert laid_out(result.tracks[0]) == [("a", 0, 75), ("b", 75, 150)]
    assert laid_out(result.tracks[1]) == [
        ("a", 0, 10),
        ("-", 10, 25),
        ("a", 25, 75),
        ("-", 75, 90),
        ("b", 90, 150),
    ]


@pytest.mark.parametrize("clock", [0, 108000])
def test_markers(clock, build, frozen):
    """On the clip and on the timeline, also where the program counts from the timeline's start time."""
    marked = clip("a", 100, 60)
    marked.markers.extend([at(105), at(120), at(130), at(110, 30)])
    guides = [at(clock + 5), at(clock + 20), at(clock + 90), at(clock + 10, 60)]
    start = RationalTime(clock, RATE) if clock else None
    timeline = build([[marked, clip("b", 300, 60)]], [], guides, start)
    result = frozen(timeline, {"01-a": 20})
    assert [m.marked_range for m in result.tracks[0][0].markers] == [
        span(5, 1),
        span(20, 1),
        span(45, 1),
        span(10, 45),
    ]
    expected = [span(clock + 5, 1), span(clock + 20, 1), span(clock + 105, 1), span(clock + 10, 75)]
    assert [m.marked_range for m in result.tracks.markers] == expected


def test_29_97(build, frozen):
    rate = 30000 / 1001
    video, sound = clip("a", 0, 60, rate=rate), clip("a", 0, 60, rate=rate)
    timeline = build([[video, clip("b", 100, 60, rate=rate)]], [[sound]])
    assert timeline.rate == Fraction(30000, 1001)
    result = frozen(timeline, {"01-a": 20})
    assert laid_out(result.tracks[0], rate) == [("a", 0, 75), ("b", 75, 135)]
    assert laid_out(result.tracks[1], rate) == [("a", 0, 20), ("-", 20, 35), ("a", 35, 75)]


def test_transitions_of_the_clip_keep_their_pictures(build, frozen):
    timeline = build([[clip("a", 0, 60), fade(6, 9), clip("b", 100, 60), fade(4, 5), clip("c", 300, 60)]])
    b = timeline.clips[1]
    # Six frames before the cut and five after the end belong to the transitions' other halves.
    assert (b.head, b.tail, freeze_window(timeline, b)) == (6, 5, range(6 + 9, 6 + 60 - 4))
    result = frozen(timeline, {"02-b": 15})
    marked = result.tracks[0][2]
    assert (marked.source_range, marked.visible_range()) == (span(6, 75), span(0, 86))


@pytest.mark.parametrize(
    ("video", "audio", "frame", "reason"),
    [
        ([[clip("a", 0, 60)], [gap(10), clip("logo", 0, 30, "other.mp4")]], [], 20, "'logo' on the track 'V2'"),
        ([[clip("a", 0, 60)]], [[clip("x", 500, 20), fade(3, 3), clip("y", 600, 40)]], 20, "a transition on"),
        ([[clip("a", 0, 60)]], [[clip("x", 500, 30), fade(3, 3), clip("y", 600, 40)]], 20, "into a transition"),
        ([[clip("a", 0, 10), fade(4, 5), clip("b", 50, 5), fade(4, 4), clip("c", 90, 60)]], [], 6, "over all of it"),
    ],
)  # fmt: skip
def test_what_would_harm_the_timeline_is_refused(video, audio, frame, reason, build, frozen):
    timeline = build([[c.clone() for c in t] for t in video], [[c.clone() for c in t] for t in audio])
    one = next(c for c in timeline.clips if c.name == ("b" if "all of it" in reason else "a"))
    assert reason in str(why_no_freeze(timeline, one, frame))
    one_by_one = tuple(why_no_freeze(timeline, one, place) for place in range(one.frame_count))
    assert freeze_obstacles(timeline, one) == one_by_one
    assert "all of it" in reason or None in one_by_one
    with pytest.raises(BadInputError, match=rf"'{one.clip_id}' can have no intro"):
        frozen(timeline, {one.clip_id: frame})


def test_what_has_no_length_is_refused(build):
    timeline = build([[clip("a", 0, 60)]], [[otio.schema.Clip("narration")]])
    assert "how long it is" in str(why_no_freeze(timeline, timeline.clips[0], 20))


def test_nested_and_sped_up_clips_are_refused(build):
    inner = otio.schema.Track("inner", children=[clip("a", 0, 60)])
    fast = clip("b", 100, 60)
    fast.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    timeline = build([[otio.schema.Stack("nest", children=[inner]), fast]])
    reasons = [why_no_freeze(timeline, one, 0) for one in timeline.clips]
    assert [("nested" in str(reasons[0])), ("speed" in str(reasons[1]))] == [True, True]


def test_a_timeline_with_intros_keeps_them_when_read_again(build, frozen, media):
    timeline = build([[clip("a", 0, 60), clip("b", 100, 60)]], [[clip("a", 0, 160)]])
    result = frozen(timeline, {"01-a": 20})
    again = read_timeline(media.folder / "out.otio", probe=media.probe)
    assert [c.clip_id for c in again.clips] == ["02-b"] and again.clips[0].position == 75
    assert "'01-a' has an intro" in " ".join(again.warnings)
    render = TrackedRender(media.add("renders/b.mp4", 60))
    path = write_tracked(again, {"02-b": render}, media.folder / "more.otio", probe=media.probe)
    more = otio.adapters.read_from_file(str(path))
    assert [laid_out(t) for t in more.tracks] == [laid_out(t) for t in result.tracks]
    assert more.tracks[0][0].is_equivalent_to(result.tracks[0][0])


@pytest.mark.parametrize("beside", [False, True])
def test_ranges_of_tracks_that_hide_nothing_grow_along(build, frozen, beside):
    """Kdenlive writes each track's whole content as its range, EDLs one that says when it plays."""
    timeline = build(
        [[clip("a", 0, 60), clip("b", 100, 60)]], [[clip("a", 0, 160)], [clip("m", 0, 10, "music.wav")]]
    )
    content = timeline.otio
    for track, length in zip(content.tracks, (120, 160, 10), strict=True):
        track.source_range = span(-108000 if beside else 0, length)
    content.tracks.source_range = None if beside else span(0, 160)
    assert why_no_freeze(timeline, timeline.clips[0], 20) is None
    result = frozen(timeline, {"01-a": 20, "02-b": 10})
    lengths = [track.source_range.duration.value for track in result.tracks]
    assert lengths == [150, 175, 10]
    assert result.tracks.source_range == (None if beside else span(0, 175))
    assert laid_out(result.tracks[0])[-1][2] == 150


@pytest.mark.parametrize("used", [span(1, 119), span(0, 119), span(10, 40)])
def test_a_track_that_is_trimmed_is_refused(build, used):
    timeline = build([[clip("a", 0, 60), clip("b", 100, 60)]])
    timeline.otio.tracks[0].source_range = used
    assert "trimmed as a whole" in str(why_no_freeze(timeline, timeline.clips[0], 20))

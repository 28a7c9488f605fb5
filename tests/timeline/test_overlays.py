"""Overlays: above their clips, to the frame, and nothing else touched."""

from __future__ import annotations

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from highlight_cuts_cv.model import Mark
from highlight_cuts_cv.testing import check_untouched
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.freezing import freeze_window
from highlight_cuts_cv.timeline.overlays import is_overlay
from highlight_cuts_cv.timeline.places import crossed_frames


def span(start, count, rate=30.0):
    return TimeRange(RationalTime(start, rate), RationalTime(count, rate))


@pytest.fixture
def laid(edit, media):
    """Reads a timeline, lays overlays above the chosen clips (or replaces them), writes; all paths."""

    def run(source, clip_ids=None, output="out.otio", over=True, marks=()):
        path = edit(source) if isinstance(source, str) else source
        timeline = read_timeline(path, probe=media.probe)
        renders = {
            clip.clip_id: TrackedRender(
                media.add(f"films/{clip.clip_id}.{'mov' if over else 'mp4'}", clip.frame_count, clip.rate),
                over=over,
                marks=marks,
            )
            for clip in timeline.clips
            if clip_ids is None or clip.clip_id in clip_ids
        }
        written = write_tracked(timeline, renders, media.folder / output, probe=media.probe)
        return path, written, otio.adapters.read_from_file(str(written))

    return run


def overlays(result):
    return [
        (clip.name, track.name, clip.trimmed_range_in_parent(), clip.source_range)
        for track in result.tracks
        if is_overlay(track)
        for clip in track.find_clips()
    ]


def test_everything_below_stays_as_it_is(laid):
    before, after, result = laid("match_day")
    check_untouched(before, after, picked=[])
    assert overlays(result)


def test_an_overlay_lies_directly_above_its_track_and_in_step(laid):
    before, _, result = laid("match_day", ["01-Kick-off"])
    was = otio.adapters.read_from_file(str(before))
    kick = next(clip for clip in was.find_clips() if clip.name == "Kick off")
    ((name, _, place, used),) = overlays(result)
    assert (name, place, used) == ("Kick off", kick.trimmed_range_in_parent(), span(0, 60))
    names = [track.name for track in result.tracks]
    above = names.index(kick.parent().name) + 1
    assert is_overlay(result.tracks[above]) and names[:above] + names[above + 1 :] == [
        track.name for track in was.tracks
    ]


def test_in_a_dissolve_two_overlays_reach_into_each_other(laid, edit, media):
    _, _, result = laid("match_day")
    found = {name: (track, place, used) for name, track, place, used in overlays(result)}
    (_, goal, used), (_, replay, theirs) = found["Goal"], found["Replay"]
    assert (used, theirs) == (span(0, 54), span(0, 36)), "with what the dissolve shows of each"
    assert goal.end_time_exclusive() > replay.start_time
    lanes = [[clip.name for clip in track.find_clips()] for track in result.tracks if is_overlay(track)]
    assert not any({"Goal", "Replay"} <= set(names) for names in lanes), "so they need a lane each"
    timeline = read_timeline(edit("match_day"), probe=media.probe)
    fades = {clip.name: crossed_frames(timeline, clip) for clip in timeline.clips}
    assert (fades["Kick off"], fades["Goal"], fades["Replay"]) == ((0, 0), (0, 15), (15, 0))


def test_frames_of_another_pace_are_not_taken_for_those_of_a_dissolve(laid, edit, media):
    path = edit("match_day")
    document = otio.adapters.read_from_file(str(path))
    goal = next(clip for clip in document.find_clips() if clip.name == "Goal")
    goal.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    otio.adapters.write_to_file(document, str(path))
    timeline = read_timeline(path, probe=media.probe)
    (fast,) = (clip for clip in timeline.clips if clip.name == "Goal")
    assert fast.tail > 0
    assert crossed_frames(timeline, fast) == (0, 0) and freeze_window(timeline, fast) == range(
        fast.frame_count
    )


def test_read_again_overlays_are_no_clips_and_stay_where_nobody_is_followed_anew(laid, media):
    before, first, result = laid("match_day")
    ids = [clip.clip_id for clip in read_timeline(before, probe=media.probe).clips]
    assert [clip.clip_id for clip in read_timeline(first, probe=media.probe).clips] == ids
    _, _, again = laid(first, ["01-Kick-off"], "again.otio")
    assert sorted(map(str, overlays(again))) == sorted(map(str, overlays(result)))


def test_a_film_in_the_place_of_a_clip_ends_its_overlay(laid):
    _, first, result = laid("match_day")
    _, _, again = laid(first, ["01-Kick-off"], "again.otio", over=False)
    assert {name for name, *_ in overlays(again)} == {name for name, *_ in overlays(result)} - {"Kick off"}
    _, _, none = laid(first, None, "none.otio", over=False)
    assert not any(map(is_overlay, none.tracks)), "an empty lane goes"


def test_a_lane_on_which_somebody_cut_is_not_written_over(laid, media):
    _, first, _ = laid("match_day", ["01-Kick-off"])
    data = otio.adapters.read_from_file(str(first))
    lane = next(track for track in data.tracks if is_overlay(track))
    lane.append(otio.schema.Gap(duration=RationalTime(900, 30)))
    lane.append(otio.schema.Clip("a title", source_range=span(0, 30)))
    otio.adapters.write_to_file(data, str(first))
    _, _, again = laid(first, None, "again.otio")
    title = next(clip for clip in again.find_clips() if clip.name == "a title")
    was = next(clip for clip in data.find_clips() if clip.name == "a title")
    assert title.trimmed_range_in_parent() == was.trimmed_range_in_parent()


def test_what_moves_pixels_moves_the_marker_and_what_colours_them_does_not(laid, edit, media):
    path = edit("match_day")
    data = otio.adapters.read_from_file(str(path))
    kick = next(clip for clip in data.find_clips() if clip.name == "Kick off")
    kick.effects[:] = [otio.schema.Effect("Lift", "Color"), otio.schema.Effect("Transform", "Resolve")]
    otio.adapters.write_to_file(data, str(path))
    _, _, result = laid(path, ["01-Kick-off"])
    (over,) = (clip for clip in result.find_clips() if is_overlay(clip))
    assert [effect.name for effect in over.effects] == ["Transform"]


def test_the_marks_are_on_whatever_plays_the_film_and_go_with_it(laid, media):
    marks = [Mark(0, 1, "Sam: 90% sure"), Mark(12, 8, "Check Sam: not shown", doubtful=True)]
    for over in (True, False):
        before, first, result = laid("match_day", ["01-Kick-off"], over=over, marks=marks)
        (playing,) = (
            clip for clip in result.find_clips() if "films" in getattr(clip.media_reference, "target_url", "")
        )
        ours = [marker for marker in playing.markers if "highlight_cuts_cv" in marker.metadata]
        assert [(m.name, m.comment, m.color, m.marked_range) for m in ours] == [
            ("Sam: 90% sure", "Sam: 90% sure", "GREEN", span(0, 1)),
            ("Check Sam: not shown", "Check Sam: not shown", "RED", span(12, 8)),
        ]
        check_untouched(before, first, picked=[0, 1])
        timeline = read_timeline(first, probe=media.probe)
        restored = timeline.otio_clip(timeline.clip("01-Kick-off"))
        assert not any("highlight_cuts_cv" in marker.metadata for marker in restored.markers)


def test_an_overlay_of_a_sped_up_clip_has_its_speed(laid, edit):
    path = edit("match_day")
    data = otio.adapters.read_from_file(str(path))
    kick = next(clip for clip in data.find_clips() if clip.name == "Kick off")
    kick.effects[:] = [otio.schema.LinearTimeWarp(time_scalar=2.0)]
    otio.adapters.write_to_file(data, str(path))
    _, _, result = laid(path, ["01-Kick-off"])
    (over,) = (clip for clip in result.find_clips() if is_overlay(clip))
    assert over.effects[0].time_scalar == 2.0 and over.source_range == span(0, 60)
    assert over.media_reference.available_range == span(0, 120)


def test_a_clip_in_a_nested_sequence_has_its_overlay_there(laid, media):
    before, after, result = laid("nested")
    check_untouched(before, after, picked=[])
    for clip in result.find_clips():
        if is_overlay(clip):
            lane = clip.parent()
            stack = lane.parent()
            assert is_overlay(lane) and isinstance(stack, otio.schema.Stack)

"""What each editor needs otherwise than the others."""

from __future__ import annotations

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from highlight_cuts_cv.timeline import TARGETS, TrackedRender, read_timeline, write_tracked
from highlight_cuts_cv.timeline.rules import check_rules


def span(start, count, rate=30.0):
    return TimeRange(RationalTime(start, rate), RationalTime(count, rate))


@pytest.fixture
def write(edit, media):
    def run(target, name="match_day", picked=(), change=lambda timeline: None):
        path = edit(name)
        data = otio.adapters.read_from_file(str(path))
        change(data)
        otio.adapters.write_to_file(data, str(path))
        timeline = read_timeline(path, probe=media.probe)
        renders = {
            clip.clip_id: TrackedRender(media.add(f"films/{clip.clip_id}.mp4", clip.frame_count, clip.rate))
            for clip in timeline.clips
            if clip.name in picked
        }
        said: list[str] = []
        media.add("media/music.wav")
        written = write_tracked(
            timeline, renders, media.folder / "new.otio", target, probe=media.probe, warn=said.append
        )
        return data, written, otio.adapters.read_from_file(str(written)), said

    return run


def markers(timeline):
    return {
        (clip.name, marker.name): marker.marked_range.start_time.value
        for clip in timeline.find_clips()
        for marker in clip.markers
    }


def add_marker(name, at, rate=30.0):
    def change(timeline):
        clip = next(clip for clip in timeline.find_clips() if clip.name == name)
        clip.markers.append(otio.schema.Marker("mine", span(at, 1, rate), comment="mine"))

    return change


def test_kdenlive_finds_markers_at_the_files_own_frame(write):
    before, _, after, _ = write("kdenlive", change=add_marker("Kick off", 140))
    kick = next(clip for clip in before.find_clips() if clip.name == "Kick off")
    # Its import adds the source start, and takes the sum for the file's own frame.
    start = kick.source_range.start_time.value
    assert markers(after)["Kick off", "mine"] + start == 140


def test_with_a_start_timecode_too(write):
    def change(timeline):
        clip = timeline.find_clips()[0]
        at = clip.source_range.start_time + RationalTime(10, clip.source_range.start_time.rate)
        clip.markers.append(
            otio.schema.Marker("mine", TimeRange(at, RationalTime(1, at.rate)), comment="mine")
        )

    _, _, after, _ = write("kdenlive", "ntsc_timecode", change=change)
    clip = after.find_clips()[0]
    start, origin = clip.source_range.start_time.value, clip.media_reference.available_range.start_time.value
    assert markers(after)[clip.name, "mine"] + start == start - origin + 10


def test_read_again_they_are_where_they_were(write, media):
    before, written, after, _ = write("kdenlive", picked=["Goal"], change=add_marker("Kick off", 140))
    again = read_timeline(written, probe=media.probe)
    was = read_timeline(media.folder / "match_day.otio", probe=media.probe)
    assert markers(again.otio) == markers(was.otio) and markers(after) != markers(was.otio)
    twice = write_tracked(again, {}, media.folder / "twice.otio", probe=media.probe)
    assert markers(otio.adapters.read_from_file(str(twice)))["Kick off", "mine"] == 140
    assert before


def test_what_kdenlive_will_play_from_the_first_frame_is_said(write, media):
    _, written, _, said = write("kdenlive")
    (sentence,) = said
    noted = {found.where for found in check_rules(written, media.probe) if found.rule == 2}
    assert noted and all(f"'{name}'" in sentence for name in noted) and "-o NAME.kdenlive" in sentence


def test_renders_that_begin_at_0_are_not_among_it(write):
    last = "Replay"
    assert f"'{last}'" in " ".join(write("kdenlive")[3])

    def without_dissolve(timeline):
        for track in timeline.video_tracks():
            for item in [item for item in track if isinstance(item, otio.schema.Transition)]:
                track.remove(item)

    assert f"'{last}'" not in " ".join(write("kdenlive", picked=[last], change=without_dissolve)[3])


def plain(timeline):
    for clip in timeline.find_clips():
        clip.metadata.pop("Resolve_OTIO", None)
    timeline.global_start_time = None


def linked(timeline):
    return [clip.metadata.get("Resolve_OTIO", {}).get("Link Group ID") for clip in timeline.find_clips()]


def sound_of(timeline, name):
    """Sound in step with the clip called *name*, on a track of its own, as XML and EDL bring it."""
    clip = next(clip for clip in timeline.find_clips() if clip.name == name)
    begin = clip.range_in_parent().start_time
    track = otio.schema.Track("its sound", kind="Audio")
    if begin.value:
        track.append(otio.schema.Gap(duration=begin))
    track.append(otio.schema.Clip("its sound", clip.media_reference.clone(), clip.source_range))
    timeline.tracks.append(track)


def test_resolve_links_sound_to_its_pictures_and_hears_when_it_starts(write):
    def change(timeline):
        plain(timeline)
        sound_of(timeline, "Kick off")

    _, _, after, said = write("resolve", picked=["Kick off"], change=change)
    by_name = dict(zip([clip.name for clip in after.find_clips()], linked(after), strict=True))
    assert by_name["Kick off"] == by_name["its sound"] == 1 and not said
    assert by_name["Goal"] is None, "it has no sound of its own"
    assert after.global_start_time == RationalTime(0, 30)


def test_resolve_keeps_the_links_that_are_there(write):
    def change(timeline):
        plain(timeline)
        sound_of(timeline, "Kick off")
        clip = next(clip for clip in timeline.find_clips() if clip.name == "Kick off")
        clip.metadata["Resolve_OTIO"] = {"Link Group ID": 7, "more": "kept"}
        timeline.global_start_time = RationalTime(108_000, 30)

    _, _, after, _ = write("resolve", change=change)
    kick, sound = (
        next(clip for clip in after.find_clips() if clip.name == name) for name in ("Kick off", "its sound")
    )
    assert dict(kick.metadata["Resolve_OTIO"]) == {"Link Group ID": 7, "more": "kept"}
    assert sound.metadata["Resolve_OTIO"]["Link Group ID"] == 7
    assert after.global_start_time == RationalTime(108_000, 30)


@pytest.mark.parametrize(("target", "sentence"), [("premiere", "since 25.6"), ("finalcut", "reads no .otio")])
def test_what_the_others_read_is_said(write, target, sentence):
    assert sentence in " ".join(write(target)[3])


def test_for_all_nothing_is_added(write):
    _, _, after, said = write("any", change=plain)
    assert not said and set(linked(after)) == {None} and after.global_start_time is None
    assert set(TARGETS) == {"any", "kdenlive", "resolve", "premiere", "finalcut"}

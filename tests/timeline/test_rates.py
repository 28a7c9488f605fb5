"""The rate of a timeline, and lengths that are no whole number of its frames."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest

from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from tests.timeline.test_reading import clip_of, span, timeline_of


def test_the_rate_is_the_highest_of_the_pictures_not_of_the_longest_sum(media, tmp_path):
    media.add("a.mp4", rate=Fraction(25))
    slow = [clip_of("a.mp4", span(0, 100, 12.5)) for _ in range(3)]
    timeline = read_timeline(
        timeline_of(tmp_path, *slow, clip_of("a.mp4", span(0, 25, 25))), probe=media.probe
    )
    assert timeline.rate == 25 and timeline.rate == Fraction(timeline.otio.duration().rate)
    assert [clip.frame_count for clip in timeline.clips] == [200, 200, 200, 25]


def test_gaps_of_video_tracks_count_and_sound_does_not(media, tmp_path):
    media.add("a.mp4", rate=Fraction(25))
    path = timeline_of(
        tmp_path, otio.schema.Gap(source_range=span(0, 50, 50)), clip_of("a.mp4", span(0, 25, 25))
    )
    timeline = otio.adapters.read_from_file(str(path))
    timeline.tracks.append(
        otio.schema.Track("A1", kind="Audio", children=[clip_of("a.mp4", span(0, 120, 240))])
    )
    otio.adapters.write_to_file(timeline, str(path))
    assert read_timeline(path, probe=media.probe).rate == 50


@pytest.mark.parametrize("clock", [24_000, 48_000, 1000, 1])
def test_the_clock_of_a_file_format_is_no_rate(media, tmp_path, clock):
    media.add("a.mp4", rate=Fraction(24000, 1001))
    clip = clip_of("a.mp4", span(clock, 2 * clock, clock))
    (clip,) = read_timeline(timeline_of(tmp_path, clip), probe=media.probe).clips
    assert (clip.rate, clip.start, clip.frame_count) == (Fraction(24000, 1001), 1, 48)


def test_a_marker_tells_the_rate_where_nothing_else_does(media, tmp_path):
    media.add("a.mp4", rate=Fraction(50))
    path = timeline_of(tmp_path, clip_of("a.mp4", span(0, 2, 1)))
    timeline = otio.adapters.read_from_file(str(path))
    timeline.tracks.markers.append(otio.schema.Marker(marked_range=span(0, 1, 24)))
    otio.adapters.write_to_file(timeline, str(path))
    assert read_timeline(path, probe=media.probe).rate == 24


def test_picks_of_broken_lengths_do_not_push_what_follows(media, tmp_path):
    media.add("a.mp4")
    lengths = (20.4, 10.4, 30.4, 15.0)
    path = timeline_of(
        tmp_path, *(clip_of("a.mp4", span(30 * n, length)) for n, length in enumerate(lengths))
    )
    timeline = read_timeline(path, probe=media.probe)
    assert [clip.frame_count for clip in timeline.clips] == [21, 11, 31, 15]
    renders = {
        clip.clip_id: TrackedRender(media.add(f"{clip.clip_id}.mp4", clip.frame_count))
        for clip in timeline.clips[:3]
    }
    written = write_tracked(timeline, renders, tmp_path / "out.otio", probe=media.probe)
    (track,) = otio.adapters.read_from_file(str(written)).tracks
    for index, clip in enumerate(track):
        begin = sum(lengths[:index])
        assert track.range_of_child_at_index(index).start_time.value == pytest.approx(begin, abs=1e-6)
        available = clip.media_reference.available_range
        assert available is None or clip.source_range.duration <= available.duration
    assert track[0].media_reference.available_range == span(0, 21)

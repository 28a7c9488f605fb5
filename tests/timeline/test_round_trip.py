"""Timelines of all kinds survive being read, marked, written and read again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import opentimelineio as otio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime, TimeRange

from highlight_cuts_cv.testing import check_untouched
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from tests.timeline.conftest import FakeMedia

RATES = st.sampled_from([24000 / 1001, 24, 25, 30000 / 1001, 30, 50, 60])
METADATA = st.dictionaries(
    st.text("abc é#", min_size=1, max_size=4),
    st.integers(-5, 5) | st.text(max_size=4) | st.booleans(),
    max_size=3,
)


@st.composite
def items(draw, rate, depth=0):
    def span(start, count):
        return TimeRange(RationalTime(start, rate), RationalTime(count, rate))

    kind = draw(st.sampled_from(["clip", "clip", "clip", "gap", "offline", "title", "nest"]))
    length = draw(st.integers(1, 40) | st.floats(1, 40, allow_nan=False).map(lambda value: round(value, 2)))
    if kind == "gap":
        return otio.schema.Gap(source_range=span(0, length))
    if kind == "nest" and depth < 2:
        stack = otio.schema.Stack("nest")
        for track in draw(st.lists(tracks(rate, "Video", depth + 1), min_size=1, max_size=2)):
            stack.append(track)
        if draw(st.booleans()):
            stack.source_range = span(draw(st.integers(0, 5)), length)
        return stack
    reference = {
        "offline": otio.schema.ExternalReference("/gone/b-roll.mp4"),
        "title": otio.schema.GeneratorReference("title", "Text"),
    }.get(kind, otio.schema.ExternalReference("a.mp4", draw(st.none() | st.just(span(0, 200)))))
    reference.metadata.update(draw(METADATA))
    clip = otio.schema.Clip(
        draw(st.text("Goal ü/#", max_size=6)),
        reference,
        span(draw(st.integers(0, 60)), length),
        draw(METADATA),
    )
    clip.enabled = draw(st.sampled_from([True, True, True, False]))
    for frame in draw(st.lists(st.integers(0, 60), max_size=2)):
        clip.markers.append(otio.schema.Marker(f"m{frame}", span(frame, 1), metadata=draw(METADATA)))
    if draw(st.booleans()):
        clip.effects.append(otio.schema.Effect("look", "Look", draw(METADATA)))
    return clip


@st.composite
def tracks(draw, rate, kind, depth=0):
    track = otio.schema.Track(draw(st.sampled_from(["", "V1", "Musik"])), kind=kind, metadata=draw(METADATA))
    for item in draw(st.lists(items(rate, depth), min_size=1, max_size=4)):
        between = (
            len(track) and isinstance(item, otio.schema.Clip) and isinstance(track[-1], otio.schema.Clip)
        )
        if between and draw(st.booleans()):
            half = RationalTime(draw(st.integers(0, 2)), rate)
            track.append(otio.schema.Transition("fade", "SMPTE_Dissolve", half, half))
        track.append(item)
    return track


@st.composite
def timelines(draw):
    timeline = otio.schema.Timeline("edit", metadata=draw(METADATA))
    for kind in draw(st.lists(st.sampled_from(["Video", "Audio"]), min_size=1, max_size=3)):
        timeline.tracks.append(draw(tracks(draw(RATES), kind)))
    if draw(st.booleans()):
        timeline.global_start_time = RationalTime(draw(st.integers(0, 90000)), draw(RATES))
    return timeline


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(timelines(), st.data())
def test_read_mark_write_read(timeline, data):
    with tempfile.TemporaryDirectory() as folder:
        media = FakeMedia(Path(folder))
        media.add("a.mp4", 6000)
        path = media.folder / "edit.otio"
        otio.adapters.write_to_file(timeline, str(path))
        try:
            read = read_timeline(path, probe=media.probe)
        except Exception as error:
            assert "nothing to follow" in str(error)
            return
        ids = [clip.clip_id for clip in read.clips]
        picked = data.draw(st.lists(st.sampled_from(ids), unique=True))
        renders = {
            clip.clip_id: TrackedRender(media.add(f"r/{number}.mp4", clip.frame_count, clip.rate))
            for number, clip in enumerate(read.clips)
            if clip.clip_id in picked
        }
        written = write_tracked(read, renders, media.folder / "out" / "tracked.otio", probe=media.probe)
        check_untouched(path, written, [read.clip(clip_id).otio_index for clip_id in picked])
        again = read_timeline(written, probe=media.probe)
        assert again.rate == read.rate
        for before, after in zip(read.clips, again.clips, strict=True):
            assert (after.clip_id, after.position, after.frame_count) == (
                before.clip_id,
                before.position,
                before.frame_count,
            )
            assert after.start == before.start or abs(after.start - before.start) < 1e-6

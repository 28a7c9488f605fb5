"""Sound whose times count samples: what converted before still converts, and nothing of it moves."""

from __future__ import annotations

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from highlight_cuts_cv.testing import check_untouched
from highlight_cuts_cv.timeline import TrackedRender, read_timeline, write_tracked
from tests.timeline.test_reading import clip_of, span


def samples(start: float, length: float, rate: int) -> TimeRange:
    return TimeRange(RationalTime(start * rate, rate), RationalTime(length * rate, rate))


@pytest.mark.parametrize("there", [None, (0, 30), (0, 30.011)])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_a_tracked_timeline_converts_where_its_original_does(media, tmp_path, rate, there):
    url = str(media.add("a.mp4"))
    picture = clip_of(url, span(30, 60), span(0, 900))
    sound = clip_of(url, samples(1, 2, rate), samples(there[0], there[1], rate) if there else None)
    music = clip_of("music.wav", samples(0, 2, rate), samples(0, 90, rate), name="music")
    timeline = otio.schema.Timeline("edit")
    for kind, clip in (("Video", picture), ("Audio", sound)):
        timeline.tracks.append(otio.schema.Track(kind=kind, children=[clip]))
    path = tmp_path / "edit.otio"
    otio.adapters.write_to_file(timeline, str(path))
    assert otio.adapters.write_to_string(timeline, "fcp_xml")
    timeline.tracks.append(otio.schema.Track("music", kind="Audio", children=[music]))
    otio.adapters.write_to_file(timeline, str(tmp_path / "with_music.otio"))

    def tracked(path):
        read = read_timeline(path, probe=media.probe)
        render = TrackedRender(media.add("r.mp4", 60))
        written = write_tracked(read, {"01-clip": render}, tmp_path / "new.otio", probe=media.probe)
        check_untouched(path, written, [0])
        return otio.adapters.read_from_file(str(written))

    xml = otio.adapters.write_to_string(tracked(path), "fcp_xml")
    back = otio.adapters.read_from_string(xml, "fcp_xml")
    assert [clip.trimmed_range() for clip in back.audio_tracks()[0]] == [samples(1, 2, rate)]
    _, heard, music = tracked(tmp_path / "with_music.otio").find_clips()
    assert heard.source_range == samples(1, 2, rate)
    assert heard.media_reference.available_range.duration.rate == 30
    assert music.media_reference.available_range == samples(0, 90, rate)

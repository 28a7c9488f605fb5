"""Edit lists and other texts in the encodings and the order in which other programs save them."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline import read_timeline
from highlight_cuts_cv.timeline.texts import as_adapters_read, in_record_order

HEAD = "TITLE: cut\nFCM: NON-DROP FRAME\n\n"
FIRST = "001  AX  V  C  00:00:01:00 00:00:02:00 01:00:00:00 01:00:01:00\n* FROM CLIP NAME: für.mp4\n"
SECOND = "002  AX  V  C  00:00:03:00 00:00:04:12 01:00:01:00 01:00:02:12\n* FROM CLIP NAME: für.mp4\n"


def starts(media, tmp_path, data):
    media.add("für.mp4", 500, Fraction(25))
    (tmp_path / "cut.edl").write_bytes(data)
    timeline = read_timeline(tmp_path / "cut.edl", probe=media.probe)
    assert not [warning for warning in timeline.warnings if "longer or shorter" in warning]
    return [(clip.name, clip.start) for clip in timeline.clips]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("lines", ["\n", "\r\n", "\r"])
def test_edit_lists_in_the_encodings_of_other_systems(media, tmp_path, encoding, lines):
    data = (HEAD + FIRST + SECOND).replace("\n", lines).encode(encoding)
    assert starts(media, tmp_path, data) == [("für", 1), ("für", 3)]


def test_an_edit_list_sorted_by_its_tapes_is_shown_in_the_order_of_its_record_times(media, tmp_path):
    assert starts(media, tmp_path, (HEAD + SECOND + FIRST).encode()) == [("für", 1), ("für", 3)]


def test_what_belongs_together_stays_together():
    fade = (
        "003  AX  V  C  00:00:05:00 00:00:05:00 01:00:00:00 01:00:00:00\n"
        "003  AX  V  D 010  00:00:05:00 00:00:06:00 01:00:00:00 01:00:01:00\n* COMMENT\n"
    )
    assert in_record_order(HEAD + SECOND + fade) == HEAD + fade + SECOND
    assert (
        in_record_order(HEAD + SECOND.rstrip() + "\n" + fade.rstrip()) == HEAD + fade.rstrip() + "\n" + SECOND
    )
    over_midnight = FIRST.replace("01:00:0", "23:59:0") + SECOND
    for kept in (
        over_midnight,
        SECOND + "FCM: DROP FRAME\n" + FIRST,
        SECOND + "SPLIT: AUDIO DELAY\n" + FIRST,
        "",
    ):
        assert in_record_order(HEAD + kept) == HEAD + kept


def test_what_adapters_understand_is_not_copied(tmp_path):
    for name, data in (("a.edl", (HEAD + FIRST).encode()), ("a.xml", b"<x>"), ("b.xml", b"\xe9")):
        path = tmp_path / name
        path.write_bytes(data)
        with as_adapters_read(path) as file:
            assert file == path
    path.write_text('<?xml version="1.0" encoding="UTF-16" standalone="yes"?><x>é</x>', encoding="utf-16")
    with as_adapters_read(path) as file:
        assert file.name == path.name
        assert file.read_text() == '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><x>é</x>'
    assert not file.exists()
    with as_adapters_read(tmp_path / "none.edl") as file:
        assert file == tmp_path / "none.edl"


def test_damaged_text_is_the_adapters_to_complain_of(tmp_path):
    (tmp_path / "cut.edl").write_bytes(b"\xff\xfe1")
    with pytest.raises(BadInputError, match=r"cut\.edl cannot be read: .*\(adapter"):
        read_timeline(tmp_path / "cut.edl")


def test_a_timeline_in_utf_16(media, tmp_path):
    media.add("a.mp4")
    clip = otio.schema.Clip("a", otio.schema.ExternalReference("a.mp4"))
    timeline = otio.schema.Timeline("x")
    timeline.tracks.append(otio.schema.Track(children=[clip]))
    (tmp_path / "x.otio").write_text(otio.adapters.write_to_string(timeline), encoding="utf-16")
    assert len(read_timeline(tmp_path / "x.otio", probe=media.probe).clips) == 1


def test_the_source_file_named_below_an_event_is_its_medium(media, tmp_path):
    media.add("GAME.mov", 500, Fraction(25))
    event = FIRST.replace("für.mp4", "GOAL.NEW.01\n* SOURCE FILE: D:\\games\\game.mov")
    (tmp_path / "cut.edl").write_text(HEAD + event)
    (clip,) = read_timeline(tmp_path / "cut.edl", probe=media.probe).clips
    assert (clip.name, clip.media_path.name) == ("GOAL.NEW.01", "GAME.mov")

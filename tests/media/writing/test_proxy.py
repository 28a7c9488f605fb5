"""The light film: every frame at its time, upright, small, and made of whatever streams by."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import pytest

from highlight_cuts_cv.jobs.analyse import proxy_of, shown_frames, shown_times
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.media.reading.groups import film_index
from highlight_cuts_cv.media.writing.proxy import proxy_size
from highlight_cuts_cv.model import JobFailedError
from highlight_cuts_cv.testing.synthetic import read_index

UNEVEN = [Fraction(i, 30) + Fraction(i % 5, 200) + Fraction(i // 20, 3) for i in range(60)]


def written(clip, path):
    """The clip's proxy, from one streaming of its shown frames."""
    proxy = proxy_of(clip, path)
    with open_frames(clip, only=shown_frames(clip)) as frames:
        frames.onlooker = proxy.take
        for _ in frames.frames():
            pass
    proxy.finish()
    return proxy


def shown(path):
    """(seconds, index in the picture) of each frame of a counting film, as a player shows them."""
    film: Any
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        return [
            (float(frame.pts * stream.time_base), read_index(frame.to_ndarray(format="bgr24")))
            for frame in film.decode(stream)
        ]


@pytest.mark.parametrize(
    "options",
    [
        {"rate": Fraction(25)},
        {"rate": Fraction(30000, 1001)},
        {"rate": Fraction(60000, 1001)},
        {"rate": Fraction(30), "times": UNEVEN},
        {"rate": Fraction(25), "rotation": 90},
        {"rate": Fraction(25), "b_frames": 3},
    ],
    ids=lambda options: " ".join(options),
)
def test_every_shown_frame_is_there_at_its_time(clip_file, tmp_path, options):
    clip = video_clip(clip_file(".mp4", 60, **options), "7:53")
    written(clip, tmp_path / "proxy.mp4")
    expected = [7 + int(frame) for frame in shown_frames(clip)]
    film = shown(tmp_path / "proxy.mp4")
    assert [index for _, index in film] == expected
    assert [time for time, _ in film] == pytest.approx(shown_times(clip).tolist(), abs=2e-5)
    assert film[0][0] == 0


def test_keyframes_are_half_a_second_apart_and_nothing_is_out_of_order(clip_file, tmp_path):
    clip = video_clip(clip_file(".mp4", 60, rate=Fraction(25)))
    written(clip, tmp_path / "proxy.mp4")
    with av.open(str(tmp_path / "proxy.mp4")) as film:
        packets = [p for p in film.demux(film.streams.video[0]) if p.dts is not None]
    assert [p.dts for p in packets] == [p.pts for p in packets]
    keys = [i for i, p in enumerate(packets) if p.is_keyframe]
    assert keys == list(range(0, 60, 12))
    assert (tmp_path / "proxy.mp4").read_bytes().index(b"moov") < 200


def test_the_index_says_where_the_pictures_lie_and_a_film_grows_without_moving_any(clip_file, tmp_path):
    clip = video_clip(clip_file(".mp4", 60, rate=Fraction(25)))
    proxy = proxy_of(clip, tmp_path / "proxy.mp4")
    grown = []
    with open_frames(clip) as frames:
        frames.onlooker = proxy.take
        for start, stop in ((0, 6), (6, 30), (30, 60)):
            for _ in frames.frames(start, stop):
                pass
            index = film_index(proxy.growing, 60)
            grown.append([] if index is None else [len(group.sizes) for group in index.groups])
        assert grown[0] == [] and grown[1][0] == 12 and len(grown[1]) < len(grown[2]) < 5
        partly = film_index(proxy.growing, 60)
    proxy.finish()
    whole = film_index(proxy.path, 60)
    assert partly is not None and whole is not None
    assert whole.groups[: len(partly.groups)] == partly.groups
    assert [len(group.sizes) for group in whole.groups] == [12] * 5
    data = proxy.path.read_bytes()
    decoder: Any = av.CodecContext.create("h264", "r")
    decoder.extradata = whole.description
    shown_there: list[int] = []
    for group in reversed(whole.groups):  # each can be decoded alone
        at, pictures = group.offset, list[Any]()
        for size in group.sizes:
            pictures += decoder.decode(av.Packet(data[at : at + size]))
            at += size
        pictures += decoder.decode(None)
        decoder.flush_buffers()
        shown_there[:0] = [read_index(picture.to_ndarray(format="bgr24")) for picture in pictures]
    assert shown_there == list(range(60))
    assert whole.codec.startswith("avc1.") and len(whole.codec) == 11


def test_what_does_not_come_next_is_left_for_later(clip_file, tmp_path):
    clip = video_clip(clip_file(".mp4", 60, rate=Fraction(25)))
    proxy = proxy_of(clip, tmp_path / "proxy.mp4")
    with open_frames(clip) as frames:
        frames.onlooker = proxy.take
        for start, stop in ((10, 20), (0, 15), (30, 40), (5, 60)):
            for _ in frames.frames(start, stop):
                pass
    proxy.finish()
    assert [index for _, index in shown(tmp_path / "proxy.mp4")] == list(range(60))
    assert not proxy.growing.exists()


def test_it_can_be_watched_while_it_grows(clip_file, tmp_path):
    clip = video_clip(clip_file(".mp4", 60, rate=Fraction(25)))
    proxy = proxy_of(clip, tmp_path / "proxy.mp4")
    with open_frames(clip) as frames:
        frames.onlooker = proxy.take
        for _ in frames.frames(0, 50):
            pass
    there = shown(proxy.growing)
    assert [index for _, index in there] == list(range(len(there))) and len(there) >= 24
    assert not (tmp_path / "proxy.mp4").exists()
    proxy.close()
    assert list(tmp_path.iterdir()) == []


def test_it_is_not_larger_than_a_screen_and_never_enlarged(clip_file):
    small = video_clip(clip_file(".mp4", 3, size=(192, 108)))
    assert proxy_size(small) == (192, 108)
    large = video_clip(clip_file(".mp4", 3, size=(1920, 1080)))
    assert proxy_size(large) == (1280, 720)


def test_a_full_disk_stops_the_proxy_and_not_who_decodes(clip_file, tmp_path):
    (tmp_path / "file").write_text("no folder")
    clip = video_clip(clip_file(".mp4", 60, rate=Fraction(25)))
    proxy = proxy_of(clip, tmp_path / "file" / "proxy.mp4")
    with open_frames(clip) as frames:
        frames.onlooker = proxy.take
        assert len(list(frames.frames())) == 60
    with pytest.raises(JobFailedError, match="could not be written"):
        proxy.finish()


def test_a_proxy_that_is_there_is_taken(clip_file, tmp_path):
    clip = clip_of(probe(clip_file(".mp4", 60, rate=Fraction(25))))
    written(clip, tmp_path / "proxy.mp4")
    before = (tmp_path / "proxy.mp4").stat().st_mtime_ns
    again = proxy_of(clip, tmp_path / "proxy.mp4")
    assert again.complete
    again.take(0, None)
    again.finish()
    assert (tmp_path / "proxy.mp4").stat().st_mtime_ns == before

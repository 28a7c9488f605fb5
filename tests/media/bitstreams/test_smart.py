"""Smart rendering: the copied part is the source's bit by bit, and the whole decodes without a glitch."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from highlight_cuts_cv.contracts import ExportJob, Freeze
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.media.bitstreams import smart
from highlight_cuts_cv.media.bitstreams.nal import H264, HEVC, has_dolby_vision
from highlight_cuts_cv.media.bitstreams.smart import Piece, pieces, render_smart, why_not
from highlight_cuts_cv.media.writing.presets import PRESETS, encode_settings
from highlight_cuts_cv.model import CancelledError, Placement, Sprite, SpriteTrack, Track
from highlight_cuts_cv.rendering.compositor import Compositor
from highlight_cuts_cv.rendering.kit import PyAvKit
from highlight_cuts_cv.testing.synthetic import read_index

MARK = Sprite(np.full((6, 6, 4), (255, 0, 0, 255), np.uint8))


def pictures(path: Path) -> list[str]:
    """A digest of every picture as PyAV decodes it."""
    found = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            assert not frame.is_corrupt
            found.append(hashlib.md5(frame.to_ndarray().tobytes()).hexdigest())
    return found


QUIET = "log-level=error"
H265: dict[str, Any] = {"encoder": "libx265", "pixel_format": "yuv420p"}
SOURCES: dict[str, tuple[str, dict[str, Any]]] = {
    "h264-p": ("edit", {"b_frames": 0}),
    "h264-b": ("final", {}),
    "hevc-closed": ("match", {**H265, "options": {"x265-params": f"{QUIET}:open-gop=0"}}),
    # Groups that begin with a CRA picture, before which pictures are shown that lean on the group before.
    "hevc-open": ("match", {**H265, "options": {"x265-params": f"{QUIET}:open-gop=1:scenecut=0:bframes=3"}}),
    "hevc-10bit": (
        "match",
        {**H265, "pixel_format": "yuv420p10le", "options": {"x265-params": f"{QUIET}:aud=1"}},
    ),
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize(
    ("start", "stop", "shown"), [(0, 96, range(30, 40)), (5, 91, range(0, 3)), (0, 96, range(95, 96))]
)
def test_copied_and_encoded_parts(
    kind: str, start: int, stop: int, shown: range, clip_file: Callable[..., Path], tmp_path: Path
) -> None:
    quality, options = SOURCES[kind]
    source = probe(clip_file(".mp4", 96, audio="aac", **options))
    clip = clip_of(source, start, stop)
    settings = encode_settings(quality, clip)
    compositor = Compositor(SpriteTrack(tuple(Placement(i, MARK, 0, 0) for i in shown)))
    plan = pieces(clip, set(shown))
    covered = [i for p in plan for i in range(p.start, p.stop)]
    assert covered == list(range(stop - start))
    copied = [i for p in plan if p.copied for i in range(p.start, p.stop)]
    assert len(copied) >= 60 and not set(copied) & set(shown)
    assert why_not(clip, settings, None, tmp_path / "a.mp4") is None
    counts: list[int] = []
    render_smart(tmp_path / "a.mp4", clip, settings, plan, compositor.apply, counts.append)
    assert counts == list(range(1, stop - start + 1))
    info = probe(tmp_path / "a.mp4")
    assert (info.frame_count, info.rate, info.start_pts, info.variable_rate) == (
        stop - start,
        source.rate,
        0,
        False,
    )
    with open_frames(clip_of(info)) as frames:
        assert [read_index(f.bgr) for f in frames.frames()] == list(range(start, stop))
        assert read_index(frames[50].bgr) == start + 50  # a seek lands right as well
    ours, theirs = pictures(info.path), pictures(source.path)[start:stop]
    assert [i for i in copied if ours[i] != theirs[i]] == []
    assert not any(ours[i] == theirs[i] for i in shown)
    # After each seam comes a picture that says itself that nothing before it counts.
    syntax = H264 if source.codec == "h264" else HEVC
    with av.open(str(info.path)) as container:
        packets: dict[int | Fraction, bytes] = {
            p.pts * p.time_base * info.rate: bytes(p)
            for p in container.demux(video=0)
            if p.pts is not None and p.time_base is not None
        }
    assert all(syntax.clean & set(syntax.types(packets[piece.start])) for piece in plan)
    if shutil.which("ffmpeg"):
        command: list[Any] = ["ffmpeg", "-v", "error", "-i", info.path, "-map", "0:v", "-f", "rawvideo", "-"]
        done = subprocess.run(command, capture_output=True, check=True)
        size = source.width * source.height * 3 // 2 * (2 if source.pixel_format.endswith("le") else 1)
        parts = [done.stdout[i : i + size] for i in range(0, len(done.stdout), size)]
        assert done.stderr == b"" and [hashlib.md5(part).hexdigest() for part in parts] == ours


def test_through_the_kit(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    """As the exporter asks for it: cancelled, with nothing to copy, and done."""
    clip = clip_of(probe(clip_file(".mp4", 96)))
    job = ExportJob(
        clip=clip, track=Track.lost(96),
        sprites=SpriteTrack(tuple(Placement(i, MARK, 0, 0) for i in range(96))), output=tmp_path / "a.mp4",
        media=PyAvKit(), rate=clip.rate, frame_count=96,
    )  # fmt: skip
    assert "every stretch" in str(job.media.render_smart(job, job.output, PRESETS["edit"]))
    job = replace(job, sprites=SpriteTrack(tuple(Placement(i, MARK, 0, 0) for i in range(20))))
    with pytest.raises(CancelledError):
        job.media.render_smart(replace(job, cancelled=lambda: True), job.output, PRESETS["edit"])
    frozen = replace(job, freeze=Freeze(0, Fraction(1)))
    assert "stands still" in str(job.media.render_smart(frozen, job.output, PRESETS["edit"]))
    assert list(tmp_path.iterdir()) == []
    assert job.media.render_smart(job, job.output, PRESETS["edit"]) is None
    assert probe(job.output).frame_count == 96


def test_open_groups_are_not_copied(clip_file: Callable[..., Path]) -> None:
    path = clip_file(".mp4", 96, options={"x264-params": "open-gop=1"})
    clip = clip_of(probe(path))
    for piece in pieces(clip, {95}):
        assert not piece.copied or piece == Piece(0, piece.stop, True)


def test_an_open_group_is_copied_without_the_pictures_that_lean_on_what_is_encoded(
    clip_file: Callable[..., Path],
) -> None:
    path = clip_file(".mp4", 96, audio="aac", **SOURCES["hevc-open"][1])
    with av.open(str(path)) as container:
        found = {kind for p in container.demux(video=0) if p.size for kind in HEVC.types(bytes(p))}
    assert {8, 21} <= found  # skipped leading pictures, and what they come with
    plan = pieces(clip_of(probe(path)), range(30, 40))
    assert [piece.copied for piece in plan] == [True, False, True]
    # Groups of 12: the second ends before the leading pictures of the third, the last ones begin after theirs.
    assert 20 <= plan[0].stop < 24 and plan[2].start == 48


def test_dolby_vision_is_not_copied(clip_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    clip = clip_of(probe(clip_file(".mp4", 96, **SOURCES["hevc-10bit"][1])))
    with av.open(str(clip.media.path)) as container:
        first = bytes(next(container.demux(video=0)))
    assert not has_dolby_vision(first) and has_dolby_vision(first + b"\0\0\0\3\x7c\1\0")
    monkeypatch.setattr(smart, "has_dolby_vision", lambda data: True)
    reason = why_not(clip, encode_settings("match", clip), None, Path("a.mp4"))
    assert "Dolby Vision" in str(reason)


def test_what_stands_against_it_is_said(clip_file: Callable[..., Path], tmp_path: Path) -> None:
    clip = clip_of(probe(clip_file(".mp4", 96)))
    hevc = clip_of(probe(clip_file(".mp4", encoder="libx265", options={"x265-params": "log-level=none"})))
    mp4 = tmp_path / "a.mp4"
    assert "quality=match" in str(why_not(hevc, PRESETS["edit"], None, mp4))
    assert "rate changes" in str(why_not(clip, PRESETS["edit"], clip.rate / 2, mp4))
    assert "MP4" in str(why_not(clip, PRESETS["edit"], None, tmp_path / "a.mkv"))
    assert "size or the rate" in str(why_not(clip, PRESETS["preview"], None, mp4))

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import hccv_overlay
import numpy as np
import pytest

from highlight_cuts_cv.contracts import ExportJob, resolve_options
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.media.bitstreams.prores import SparseProRes
from highlight_cuts_cv.media.bitstreams.qtrle import SparseQtrle
from highlight_cuts_cv.model import (
    BadInputError,
    CancelledError,
    JobFailedError,
    Placement,
    Sprite,
    SpriteTrack,
    Track,
)
from highlight_cuts_cv.rendering.flat import flattened
from highlight_cuts_cv.rendering.kit import PyAvKit
from highlight_cuts_cv.testing.synthetic import make_counting_clip

(SPEC,) = hccv_overlay.hccv_exporters()
NTSC = Fraction(30000, 1001)
FRAMES = 12


def soft_disc() -> Sprite:
    rgba = np.zeros((41, 61, 4), np.uint8)
    y, x = np.mgrid[:41, :61]
    rgba[..., :3] = (250, 40, 90)
    rgba[..., 3] = np.clip((19 - np.hypot((x - 30) * 2 / 3, y - 20)) * 40, 0, 255)
    return Sprite(rgba)


@pytest.fixture
def job(tmp_path: Path) -> ExportJob:
    source = make_counting_clip(tmp_path / "game.mp4", FRAMES + 5, NTSC, (1000, 200), audio="aac")
    clip = clip_of(probe(source), 5)
    disc = soft_disc()
    # Nothing in frame 4; over the frame's edges at both ends.
    placements = tuple(
        Placement(i, disc, 92.3 * i - 20.25, 60 + 7.5 * i, 0.9) for i in range(FRAMES) if i != 4
    )
    track = Track.lost(FRAMES)
    return ExportJob(
        clip=clip, track=track, sprites=SpriteTrack(placements), output=tmp_path / "o.mov", media=PyAvKit()
    )


def export(job: ExportJob, **options: object) -> Path:
    return SPEC.create(resolve_options(SPEC.options, options)).export(job)


def pictures(path: Path) -> list[np.ndarray]:
    import av

    with av.open(str(path)) as container:
        stream: Any = container.streams.video[0]
        if stream.codec_context.name == "vp9":  # FFmpeg's own decoder knows no alpha
            decoder = av.CodecContext.create("libvpx-vp9", "r")
            packets = container.demux(stream)
            frames = [
                frame for packet in packets for frame in decoder.decode(packet if packet.size else None)
            ]
        else:
            frames = list(container.decode(stream))
        return [rgba_of(frame) for frame in frames]


def rgba_of(frame: Any) -> np.ndarray:
    """(H, W, 4); the alpha as decoded, since libswscale spoils some where a row's width is odd to it."""
    rgba = frame.to_ndarray(format="rgba")
    if frame.format.name.startswith("yuva"):
        bits = frame.format.components[3].bits
        plane = frame.planes[3]
        samples = np.frombuffer(plane, np.uint16 if bits > 8 else np.uint8)
        samples = samples.reshape(plane.height, -1)[:, : plane.width]
        rgba[..., 3] = np.rint(samples * (255 / ((1 << bits) - 1)))
    return rgba


@pytest.mark.parametrize(
    ("codec", "suffix", "error"),
    [("prores", ".mov", 2), ("qtrle", ".mov", 0), ("ffv1", ".mkv", 0), ("vp9", ".webm", 40)],
)
@pytest.mark.parametrize("size", ["tight", "frame"])
def test_is_transparent_but_for_the_marker(
    codec: str, suffix: str, error: int, size: str, job: ExportJob
) -> None:
    job = replace(job, output=job.output.with_suffix(suffix))
    path = export(job, codec=codec, size=size)
    left = top = 0
    if size == "tight":
        place = json.loads(path.with_name(f"{path.name}.json").read_text())
        left, top = place["x"], place["y"]
        assert (place["frame_width"], place["frame_height"]) == (1000, 200)
        assert left == 0 and 58 <= top <= 60 and place["width"] == 1000 and place["height"] <= 142
    found = pictures(path)
    assert len(found) == FRAMES
    placed = job.sprites.by_frame()
    for index, rgba in enumerate(found):
        expected = np.zeros((rgba.shape[0] + top, rgba.shape[1] + left, 4), np.uint8)
        flat = flattened(placed.get(index, ()), 1000, 200)
        if flat is not None:
            height, width = flat.rgba.shape[:2]
            expected[flat.y : flat.y + height, flat.x : flat.x + width] = flat.rgba
        expected = expected[top:, left:]
        assert np.abs(rgba[..., 3].astype(int) - expected[..., 3]).max() <= error, index
        solid = expected[..., 3] > 200
        if solid.any():
            assert np.abs(rgba[..., :3].astype(int) - expected[..., :3])[solid].mean() <= max(1, error / 8)


@pytest.mark.parametrize(
    ("codec", "suffix"), [("prores", ".mov"), ("qtrle", ".mov"), ("ffv1", ".mkv"), ("vp9", ".webm")]
)
def test_has_the_clips_rate_and_length_and_no_sound(codec: str, suffix: str, job: ExportJob) -> None:
    info = probe(export(replace(job, output=job.output.with_suffix(suffix)), codec=codec))
    assert info.frame_count == FRAMES and not info.audio and not info.variable_rate
    assert abs(info.rate - NTSC) < Fraction(1, 100)


def test_a_constant_rate_can_be_asked_for(job: ExportJob) -> None:
    info = probe(export(replace(job, rate=Fraction(60))))
    assert (info.rate, info.frame_count) == (60, round(FRAMES * 60 / NTSC))


def test_keeps_the_times_of_a_variable_rate(job: ExportJob, tmp_path: Path) -> None:
    times = [Fraction(n, 30) + Fraction(n * n, 200) for n in range(FRAMES)]
    source = make_counting_clip(tmp_path / "phone.mp4", FRAMES, Fraction(30), (1000, 200), times=times)
    made = probe(export(replace(job, clip=clip_of(probe(source)))))
    found = [pts * made.time_base for _, pts in PyAvKit().frame_times(clip_of(made))]
    assert [float(t) for t in found] == pytest.approx([float(t) for t in times], abs=1e-3)


@pytest.mark.parametrize("width", [128, 130, 640, 854, 1152])
def test_put_together_frames_are_what_an_encoder_of_the_whole_would_make(width: int) -> None:
    import av

    sparse, disc = SparseProRes(width, 70), soft_disc().rgba
    for x in {0, 40, width - 61}:
        decoder = av.CodecContext.create("prores", "r")
        (frame,) = [*decoder.decode(av.Packet(sparse.frame(disc, x, 29))), *decoder.decode(None)]
        rgba = rgba_of(frame)
        expected = np.zeros((70, width), int)
        expected[29:70, x : x + 61] = disc[..., 3]
        assert rgba.shape[:2] == (70, width) and np.abs(rgba[..., 3].astype(int) - expected).max() <= 2


@pytest.mark.parametrize("width", [16, 130, 900])
def test_quicktime_animation_frames_hold_what_they_should(width: int) -> None:
    """In order, and from each keyframe on: a picture that moves, vanishes, stands still and lies at the edges."""
    import av

    disc = soft_disc().rgba[:, : min(61, width)]
    right = width - disc.shape[1]
    places = [
        (0, 0),
        None,
        None,
        (right // 2, 9),
        (right, 29),
        (right, 29),
        (0, 29),
        None,
        (right * 3 // 4, 0),
    ]
    sparse = SparseQtrle(width, 70, gop=3)
    packets = []
    for place in places:
        make, key = sparse.next_frame(*((None, 0, 0) if place is None else (disc, *place)))
        packets.append((make(), key))
    assert [key for _, key in packets] == [True, False, False] * 3
    for first in (0, 3, 6):
        decoder: Any = av.CodecContext.create("qtrle", "r")
        decoder.width, decoder.height, decoder.bits_per_coded_sample = width, 70, 32
        decoder.thread_count = 1
        for place, (data, _) in list(zip(places, packets, strict=True))[first:]:
            expected = np.zeros((70, width, 4), np.uint8)
            if place is not None:
                expected[place[1] : place[1] + 41, place[0] : place[0] + disc.shape[1]] = disc
            (frame,) = decoder.decode(av.Packet(data))
            assert (frame.to_ndarray(format="rgba") == expected).all()


def test_refuses_a_suffix_that_does_not_fit_and_says_what_does(job: ExportJob) -> None:
    with pytest.raises(BadInputError, match=r"name it o\.mov, or take overlay:codec=ffv1"):
        export(replace(job, output=job.output.with_suffix(".mkv")))


def test_a_marker_that_never_shows_is_a_failed_job(job: ExportJob) -> None:
    with pytest.raises(JobFailedError, match="nowhere"):
        export(replace(job, sprites=SpriteTrack()))


def test_nothing_remains_after_a_cancel(job: ExportJob) -> None:
    with pytest.raises(CancelledError):
        export(replace(job, cancelled=lambda: True))
    assert [p.name for p in job.output.parent.iterdir()] == ["game.mp4"]

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from highlight_cuts_cv.media.writing.presets import PRESETS, encode_settings, limited_rate
from highlight_cuts_cv.model import BadInputError, ClipInfo, Doubt, MediaInfo, State, Track, Why
from highlight_cuts_cv.rendering.prepare import DOUBTED, prepare_draw


def make_clip(
    frames: int = 50, width: int = 1280, height: int = 720, sar: Fraction = Fraction(1)
) -> ClipInfo:
    media = MediaInfo(
        path=Path("game.mp4"), width=width, height=height, rate=Fraction(25), time_base=Fraction(1, 25),
        start_pts=0, frame_count=frames, codec="h264", pixel_format="yuv420p", sample_aspect_ratio=sar,
    )  # fmt: skip
    return ClipInfo(clip_id="clip", media=media, first_frame=0, frame_count=frames, start_pts=0)


def make_track(xyxy: np.ndarray) -> Track:
    xyxy = np.asarray(xyxy, np.float32)
    lost = np.isnan(xyxy).any(axis=1)
    states = np.where(lost, State.LOST, State.OBSERVED).astype(np.uint8)
    return Track(xyxy, np.where(lost, 0, 1).astype(np.float32), states)


def walking(frames: int, step: float = 4.0) -> np.ndarray:
    x = 100 + step * np.arange(frames, dtype=np.float64)
    return np.stack((x, np.full(frames, 200.0), x + 40, np.full(frames, 300.0)), axis=1)


def test_steady_motion_passes_through_without_lag() -> None:
    boxes = walking(50)
    job = prepare_draw(make_clip(), make_track(boxes))
    assert np.allclose(job.xyxy, boxes, atol=1e-3)
    assert np.allclose(job.heights, 100, atol=1e-3)
    assert (job.opacity == 1).all()


def test_only_heights_are_smoothed() -> None:
    noise = np.random.default_rng(0).normal(0, 2, (50, 4))
    job = prepare_draw(make_clip(), make_track(walking(50) + noise))
    assert np.allclose(job.xyxy, walking(50) + noise, atol=1e-3)
    assert np.diff(job.heights).std() < 0.1 * np.diff(noise[:, 3] - noise[:, 1]).std()


def test_a_jump_is_not_smoothed_over() -> None:
    boxes = walking(50)
    boxes[25:] += (600, 0, 600, 0)
    job = prepare_draw(make_clip(), make_track(boxes))
    assert np.allclose(job.xyxy, boxes, atol=1e-3)


def doubted(boxes: np.ndarray, *doubts: Doubt) -> np.ndarray:
    track = replace(make_track(boxes), doubts=doubts)
    return np.asarray(prepare_draw(make_clip(len(boxes)), track).opacity)


def test_the_marker_is_faint_all_through_a_doubt_and_fades_beside_it() -> None:
    opacity = doubted(walking(50), Doubt(20, 30, Why.CROSSING))
    assert np.allclose(opacity[20:30], DOUBTED)
    rising = DOUBTED + (1 - DOUBTED) / 5 * np.arange(1, 6)
    assert np.allclose(opacity[30:35], rising) and np.allclose(opacity[15:20], rising[::-1])
    assert (opacity[:15] == 1).all() and (opacity[35:] == 1).all()


def test_a_doubt_in_which_the_player_is_lost_changes_nothing_else() -> None:
    boxes = walking(50)
    boxes[20:35] = np.nan
    assert (doubted(boxes, Doubt(20, 35, Why.LEFT)) == doubted(boxes)).all()
    boxes[25] = walking(50)[25]
    assert (doubted(boxes, Doubt(20, 35, Why.LEFT)) <= DOUBTED).any()
    assert doubted(boxes, Doubt(20, 35, Why.LEFT))[19] < 1


def test_fades_out_in_a_fifth_of_a_second_and_back_in() -> None:
    boxes = walking(50)
    boxes[20:35] = np.nan
    job = prepare_draw(make_clip(), make_track(boxes))
    assert np.allclose(job.opacity[:20], 1)
    assert np.allclose(job.opacity[20:25], [0.8, 0.6, 0.4, 0.2, 0])
    assert np.allclose(job.opacity[25:35], 0)
    assert np.allclose(job.opacity[35:40], [0.2, 0.4, 0.6, 0.8, 1])
    assert (np.isnan(job.xyxy).all(axis=1) == ~((job.opacity > 0) | np.isfinite(boxes[:, 0]))).all()
    drift = job.xyxy[20:24, 0] - job.xyxy[19:23, 0]
    assert (drift > 0).all() and (np.diff(drift) < 0).all(), "goes on, ever slower"


def test_a_short_loss_is_bridged() -> None:
    boxes = walking(50)
    boxes[20:23] = np.nan
    job = prepare_draw(make_clip(), make_track(boxes))
    assert np.allclose(job.xyxy, walking(50), atol=1e-3)
    assert job.opacity.min() == pytest.approx(0.4)


def test_a_short_loss_with_a_leap_is_not_slid_across() -> None:
    boxes = walking(50)
    boxes[20:23] = np.nan
    boxes[23:] += (0, 0, 0, 0)
    boxes[23:, [0, 2]] += 700
    job = prepare_draw(make_clip(), make_track(boxes))
    assert (job.xyxy[20:23, 0] < 200).all()


@pytest.mark.parametrize("seen", [[], [0], [49], [10, 11], [5, 7, 9]])
def test_there_is_a_box_and_a_height_wherever_the_marker_shows(seen: list[int]) -> None:
    boxes = np.full((50, 4), np.nan)
    rows = np.array(seen, int)
    boxes[rows] = walking(50)[rows]
    job = prepare_draw(make_clip(), make_track(boxes))
    shown = job.opacity > 0
    assert np.isfinite(job.xyxy[shown]).all() and (job.heights[shown] > 0).all()
    assert shown.any() == bool(seen)
    for array in (job.xyxy, job.heights, job.opacity):
        assert array.dtype == np.float32 and not array.flags.writeable


def test_a_clip_that_ends_while_lost_or_starts_so() -> None:
    boxes = walking(20)
    boxes[:5] = np.nan
    boxes[18:] = np.nan
    job = prepare_draw(make_clip(20), make_track(boxes))
    assert np.allclose(job.opacity[[4, 5, 9, 18, 19]], [0, 0.2, 1, 0.8, 0.6])


@pytest.mark.parametrize(
    ("width", "height", "sar", "expected"),
    [
        (3840, 2160, Fraction(1), 720), (1080, 1920, Fraction(1), 720), (3840, 1080, Fraction(1), 360),
        (640, 480, Fraction(1), None), (1280, 720, Fraction(1), None), (1440, 1080, Fraction(4, 3), 720),
    ],
)  # fmt: skip
def test_preview_fits_into_720p_and_is_never_enlarged(
    width: int, height: int, sar: Fraction, expected: int | None
) -> None:
    settings = encode_settings("preview", make_clip(width=width, height=height, sar=sar))
    assert settings.height == expected
    assert settings.max_rate == 30 and settings.options == {"preset": "ultrafast", "crf": "28"}


def test_edit_and_final_keep_the_size_and_rate() -> None:
    for quality in ("edit", "final"):
        settings = encode_settings(quality, make_clip(width=1920, height=1080))
        assert settings is PRESETS[quality]
        assert settings.height is None and settings.max_rate is None and settings.encoder == "libx264"
    assert PRESETS["edit"].gop_seconds == Fraction(1, 2)
    assert PRESETS["final"].options == {"preset": "medium", "crf": "18"}


def test_large_pictures_are_encoded_within_bounds_of_memory() -> None:
    large = make_clip(width=3840, height=2160)
    assert encode_settings("edit", large) is PRESETS["edit"]
    for quality in ("final", "match"):
        settings = encode_settings(quality, large)
        assert settings.options == {**PRESETS[quality].options, "rc-lookahead": "24"}


def test_an_unknown_quality_names_the_known_ones() -> None:
    with pytest.raises(BadInputError, match="preview, edit, final"):
        encode_settings("best", make_clip())


@pytest.mark.parametrize(
    ("rate", "expected"), [(60, 30), (50, 25), (30, 30), (25, 25), (120, 30), (90, 30), (24, 24)]
)
def test_rates_are_limited_to_whole_fractions(rate: int, expected: int) -> None:
    assert limited_rate(Fraction(rate), Fraction(30)) == expected
    assert limited_rate(Fraction(rate * 1000, 1001), Fraction(30)) == Fraction(expected * 1000, 1001)
    assert limited_rate(Fraction(rate), None) == rate

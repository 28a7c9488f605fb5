"""Dissolves and wipes are shot changes, a pan or a picture that dims is none; a spliced crop is followed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from highlight_cuts_cv.analysis.camera import Camera
from highlight_cuts_cv.analysis.scene import Scene
from highlight_cuts_cv.analysis.transitions import Glance, Transition, likeness, transition
from highlight_cuts_cv.model import ByteArray
from highlight_cuts_cv.testing.contracts import MemoryFrames

RATE = 25.0
BEFORE, AFTER = 20, 20


def place(seed: int, tint: tuple[float, float, float]) -> ByteArray:
    """A large picture of one place: shapes of all sizes in colours around a tint."""
    random = np.random.default_rng(seed)
    picture = np.full((700, 1600, 3), tint, np.float32)
    for side in (160, 60, 24, 10):
        coarse = random.normal(0, 28, (700 // side + 1, 1600 // side + 1, 3)).astype(np.float32)
        picture += cv2.resize(coarse, (1600, 700), interpolation=cv2.INTER_LINEAR)
    return picture.clip(0, 255).astype(np.uint8)


GRASS, COURT = place(1, (70, 130, 80)), place(2, (150, 110, 90))


def view(of: ByteArray, at: float, top: int = 100) -> ByteArray:
    """What a camera sees that has panned to column *at*."""
    move = np.array([[1, 0, -at], [0, 1, -top]], np.float64)
    return cv2.warpAffine(of, move, (480, 270), flags=cv2.INTER_LINEAR).astype(np.uint8)


def dissolve(old: ByteArray, new: ByteArray, part: float) -> ByteArray:
    return cv2.addWeighted(old, 1 - part, new, part, 0).astype(np.uint8)


def wipe(old: ByteArray, new: ByteArray, part: float) -> ByteArray:
    result = old.copy()
    columns = round(part * old.shape[1])
    result[:, :columns] = new[:, :columns]
    return result


def wipe_down(old: ByteArray, new: ByteArray, part: float) -> ByteArray:
    return np.ascontiguousarray(np.swapaxes(wipe(np.swapaxes(old, 0, 1), np.swapaxes(new, 0, 1), part), 0, 1))


def through_black(old: ByteArray, new: ByteArray, part: float) -> ByteArray:
    shown = old if part < 0.5 else new
    return (shown * abs(1 - 2 * part)).astype(np.uint8)


def film(
    how, length: int, pan: float = 3.0, new: ByteArray = COURT, before: int = BEFORE, after: int = AFTER
):
    """Two shots, both panning, with *length* frames of transition between them."""
    pictures = []
    for index in range(before + length + after):
        a, b = view(GRASS, 50 + pan * index), view(new, 700 - pan * index)
        part = float(np.clip((index - before + 1) / (length + 1), 0, 1))
        pictures.append(a if part == 0 else b if part == 1 else how(a, b, part))
    return pictures


def scene_of(pictures: list[ByteArray]) -> Scene:
    return Scene(MemoryFrames(pictures), None, RATE)


def cuts(pictures: list[ByteArray]) -> list[int]:
    scene = scene_of(pictures)
    for _ in scene.stream(0, len(pictures)):
        pass
    return scene.cuts()


@pytest.mark.parametrize("length", [6, 12, 20])
@pytest.mark.parametrize("how", [dissolve, wipe, wipe_down])
def test_a_gradual_change_is_one_shot_change_in_its_middle(how, length):
    (cut,) = cuts(film(how, length))
    assert abs(cut - (BEFORE + length / 2)) <= 2


def test_a_fade_through_black_is_one_too():
    assert cuts(film(through_black, 24, pan=1.0))


@pytest.mark.parametrize("pan", [0.0, 2.0, 12.0, 25.0])
def test_a_pan_is_none(pan):
    assert cuts([view(GRASS, 10 + pan * index) for index in range(40)]) == []


def test_a_pan_from_one_place_to_another_is_none():
    both = np.concatenate([GRASS[:, :800], COURT[:, :800]], axis=1)
    assert cuts([view(both, 150 + 30 * index) for index in range(32)]) == []


def test_a_picture_that_dims_is_none():
    """As if paused: everything goes straight to another colour, but it is the same place."""
    light = np.clip(np.linspace(1.6, 0.4, 40), 0.4, 1)
    assert (
        cuts([(view(GRASS, 100 + index) * level).astype(np.uint8) for index, level in enumerate(light)]) == []
    )


def test_a_zoom_is_none():
    pictures = []
    for index in range(40):
        part = view(GRASS, 300)[: 270 - 4 * index, : 480 - 7 * index]
        pictures.append(cv2.resize(part, (480, 270), interpolation=cv2.INTER_LINEAR).astype(np.uint8))
    assert cuts(pictures) == []


def test_where_the_camera_is_not_known_nothing_is_said():
    """Pictures that the camera's motion never explains: it cannot tell a pan from a change of shots."""
    random = np.random.default_rng(5)
    shaken = [
        np.ascontiguousarray(np.roll(one, random.integers(-200, 200, 2), (0, 1)))
        for one in film(dissolve, 12)
    ]
    assert [cut for cut in cuts(shaken) if BEFORE < cut < BEFORE + 12] == []


def test_a_hard_cut_is_found_once():
    assert cuts(film(dissolve, 0)) == [BEFORE]


def test_a_change_between_two_stretches_is_found_when_both_are_known():
    pictures = film(dissolve, 12)
    for first, second in (((0, 26), (26, 52)), ((26, 52), (0, 26))):
        scene = scene_of(pictures)
        for _ in scene.stream(*first):
            pass
        assert scene.cuts() == []
        for _ in scene.stream(*second):
            pass
        assert len(scene.cuts()) == 1


def test_gradual_changes_survive_saving():
    pictures = film(wipe, 12)
    scene = scene_of(pictures)
    for _ in scene.stream(0, len(pictures)):
        pass
    again = scene_of(pictures)
    again.restore(scene.state())
    assert again.cuts() == scene.cuts() and len(again.cuts()) == 1


def spliced(jump: int, caption: bool) -> list[ByteArray]:
    pictures = [view(GRASS, 300 + 2 * index + (jump if index >= 5 else 0)) for index in range(10)]
    if caption:
        for picture in pictures:
            cv2.rectangle(picture, (90, 200), (390, 245), (255, 255, 255), -1)
            cv2.putText(picture, "THE FINEST GOAL", (100, 235), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2)
    return pictures


@pytest.mark.parametrize("caption", [False, True])
@pytest.mark.parametrize("jump", [120, -170])
def test_a_splice_of_a_moving_crop_is_followed_though_a_caption_stands_still(jump, caption):
    camera = Camera()
    found = [camera(picture) for picture in spliced(jump, caption)]
    motion, quality = found[5]
    np.testing.assert_allclose(motion, [[1, 0, -jump - 2], [0, 1, 0]], atol=1.0)
    assert quality > 0.4
    assert cuts(spliced(jump, caption)) == []


def test_two_places_are_no_splice():
    camera = Camera()
    camera(view(GRASS, 300))
    assert camera(view(COURT, 300))[1] < 0.3


FADES = {"soccer-broadcast-cuts": 0, "futsal-vertical": 0, "basketball-youth-pan": 0, "wakeboard-drone": 0}


@pytest.mark.parametrize("name", FADES)
def test_real_pans_and_pauses_are_no_gradual_changes(shared, name):
    """Fast pans, a paused player that dims, boards that change their advertisement, a drone over water."""
    from highlight_cuts_cv.media import clip_of, open_frames, probe

    folder = next(path for path in (shared / "footage-team", shared / "footage") if (path / name).is_dir())
    clip = clip_of(probe(folder / name / "video.mp4"))
    with open_frames(clip, max_side=640) as frames:
        scene = Scene(frames, None, float(clip.rate))
        for _ in scene.stream(0, clip.frame_count):
            pass
    assert scene._gradual.found == []


EDGES = [np.random.default_rng(seed).uniform(0, 50, (36, 64)).astype(np.float32) for seed in (7, 8)]
OLD, NEW = (np.full((144, 3), level, np.float32) for level in (60, 160))


def judged(way: list[np.ndarray], changed: float = 1.0, edges: list[int] | None = None, quality: float = 0.9):
    """What is said of a stretch of eight frames between two still shots whose parts go the *way* given."""
    parts = [OLD] * 5 + way + [NEW] * 5
    here = edges or [0] * 5 + [1] * (len(parts) - 5)
    keep = np.arange(144) >= changed * 144
    seen = {}
    for index, (one, shot) in enumerate(zip(parts, here, strict=True)):
        shown = one.copy()
        shown[keep] = OLD[keep]
        seen[index] = Glance(shown, EDGES[shot])
    still = np.tile(np.eye(2, 3), (len(parts), 1, 1))
    return transition(seen, still, np.full(len(parts), quality), 4, len(parts) - 5, 4)


STRAIGHT = [OLD + (NEW - OLD) * part / 8 for part in range(1, 8)]


def test_parts_that_go_straight_are_a_change_whose_middle_is_known():
    assert judged(STRAIGHT) == Transition(4, 8, 12)


def test_parts_that_go_by_way_of_other_colours_are_none():
    """As under a camera that passes over things."""
    aside = np.array([60, 0, -60], np.float32)
    assert judged([one + aside for one in STRAIGHT]) is None
    assert judged([one + aside / 8 for one in STRAIGHT]) is not None


def test_parts_that_go_back_and_forth_are_none():
    assert judged([STRAIGHT[place] for place in (1, 3, 1, 4, 2, 5, 6)]) is None


def test_half_of_the_picture_has_to_change():
    assert judged(STRAIGHT, changed=0.4) is None and judged(STRAIGHT, changed=0.6) is not None


def test_one_frame_in_which_most_changes_is_left_to_the_cuts():
    assert judged([OLD] * 3 + [NEW] * 4) is None


def test_a_camera_that_does_not_explain_the_shots_themselves_is_no_judge():
    assert judged(STRAIGHT, quality=0.3) is None
    unlike = [1, 0, 1, 0, 0] + [1] * 12
    assert judged(STRAIGHT, edges=unlike) is None
    assert judged(STRAIGHT, edges=[0] * 5 + [1] * 11 + [0]) is None


def test_two_empty_pictures_are_alike():
    black = {index: Glance(OLD, np.zeros((36, 64), np.float32)) for index in range(3)}
    assert likeness(black, np.tile(np.eye(2, 3), (3, 1, 1)), 0, 2) == 1

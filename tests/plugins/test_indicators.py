from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import hccv_indicators
import numpy as np
import pytest

import highlight_cuts_cv
from highlight_cuts_cv.contracts import DrawJob, IndicatorSpec, resolve_options
from highlight_cuts_cv.model import BadInputError, ClipInfo, MediaInfo, Placement, State, Track

ALL: dict[str, IndicatorSpec] = {spec.name: spec for spec in hccv_indicators.hccv_indicators()}
SPECS = {name: spec for name, spec in ALL.items() if name not in ("spotlight", "trail")}
ABOVE_HEAD = ("dot", "arrow", "label", "name-tag")


def make_job(
    boxes: Sequence[tuple[float, float, float, float]],
    size: tuple[int, int] = (1280, 720),
    opacity: float = 1.0,
    sar: Fraction = Fraction(1),
) -> DrawJob:
    count = len(boxes)
    media = MediaInfo(
        path=Path("game.mp4"), width=size[0], height=size[1], rate=Fraction(25), time_base=Fraction(1, 25),
        start_pts=0, frame_count=count, codec="h264", pixel_format="yuv420p", sample_aspect_ratio=sar,
    )  # fmt: skip
    clip = ClipInfo(clip_id="clip", media=media, first_frame=0, frame_count=count, start_pts=0)
    xyxy = np.array(boxes, np.float32)
    track = Track(xyxy, np.ones(count, np.float32), np.full(count, State.OBSERVED, np.uint8))
    return DrawJob(
        clip=clip,
        track=track,
        xyxy=xyxy,
        heights=xyxy[:, 3] - xyxy[:, 1],
        opacity=np.full(count, opacity, np.float32),
    )


def draw(name: str, job: DrawJob, **options: object) -> list[Placement]:
    spec = SPECS[name]
    return list(spec.create(resolve_options(spec.options, options)).draw(job).placements)


def painted(placements: list[Placement], size: tuple[int, int] = (1280, 720)) -> np.ndarray:
    """(h, w, 4) uint8: the sprites on an empty picture, at whole pixels."""
    picture = np.zeros((size[1] + 800, size[0] + 800, 4), np.uint8)
    for placement in placements:
        rgba = placement.sprite.rgba
        y, x = round(placement.y) + 400, round(placement.x) + 400
        part = picture[y : y + rgba.shape[0], x : x + rgba.shape[1]]
        part[...] = np.where(rgba[..., 3:] > part[..., 3:], rgba, part)
    return picture[400:-400, 400:-400]


def solid(picture: np.ndarray) -> tuple[float, float, float, float]:
    """The half-open box of what is more than half covered and bright (so not the dark edge)."""
    rows, columns = np.nonzero((picture[..., 3] > 128) & (picture[..., :3].max(axis=2) > 128))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


BOX = (600.0, 300.0, 660.0, 450.0)


def test_the_bundled_ones_are_there_and_dot_comes_first() -> None:
    assert list(ALL) == ["dot", "arrow", "label", "name-tag", "ring", "glow", "box", "spotlight", "trail"]
    assert all(spec.summary for spec in ALL.values())


def trail(job: DrawJob, **options: object) -> dict[int, list[Placement]]:
    spec = ALL["trail"]
    return spec.create(resolve_options(spec.options, options)).draw(job).by_frame()


def ground(placement: Placement) -> tuple[float, float]:
    rows, columns = placement.sprite.rgba.shape[:2]
    return placement.x + columns / 2, placement.y + rows / 2


def test_trail_marks_where_the_feet_were_and_fades_with_age() -> None:
    drawn = trail(make_job([(100 + 8.0 * i, 300, 160 + 8.0 * i, 450) for i in range(60)]), seconds=1)
    marks = drawn[50]
    assert 10 <= len(marks) <= 14
    for mark in marks:
        x, y = ground(mark)
        assert y == pytest.approx(450) and ((x - 130) / 8) % 2 == pytest.approx(0)
    opacities = [mark.opacity for mark in marks]
    assert opacities == sorted(opacities) and opacities[0] < 0.1 and opacities[-1] > 0.8


def test_trail_stays_on_the_ground_while_the_camera_pans() -> None:
    # The player stays in the middle of the picture while the ground runs off to the left.
    still = replace(make_job([BOX] * 30), motion=np.tile([[1.0, 0, -6], [0, 1, 0.5]], (30, 1, 1)))
    marks = [ground(mark) for mark in trail(still)[28]]
    ages = [(630 - x) / 6 for x, _ in marks]
    assert ages == pytest.approx(sorted(ages, reverse=True)) and ages[0] == pytest.approx(28)
    assert [y for _, y in marks] == pytest.approx([450 + 0.5 * age for age in ages])


def test_trail_does_not_reach_across_a_jump() -> None:
    boxes = [BOX] * 10 + [(100.0, 300.0, 160.0, 450.0)] * 10
    assert {round(ground(mark)[0]) for mark in trail(make_job(boxes))[12]} == {130}


def test_spotlight_lights_the_whole_player_and_fades_with_the_marker() -> None:
    spec = ALL["spotlight"]
    made = spec.create(resolve_options(spec.options, {"opacity": 0.6})).draw(make_job([BOX] * 2, opacity=0.5))
    assert not made.placements and [shade.frame_index for shade in made.shades] == [0, 1]
    shade = made.shades[0]
    assert (shade.x, shade.y) == (630, 375) and shade.strength == pytest.approx(0.3)
    corner = np.hypot(30 / shade.half_width, 75 / shade.half_height)
    assert corner <= 1 - 0.15


@pytest.mark.parametrize("name", SPECS)
def test_draws_in_every_frame_with_its_opacity(name: str) -> None:
    placements = draw(name, make_job([BOX] * 3, opacity=0.5), opacity=0.8)
    assert {p.frame_index for p in placements} == {0, 1, 2}
    assert all(p.opacity == pytest.approx(0.4) for p in placements)
    assert [p.frame_index for p in placements] == sorted(p.frame_index for p in placements)


@pytest.mark.parametrize("name", SPECS)
def test_draws_nothing_where_the_marker_does_not_show(name: str) -> None:
    assert draw(name, make_job([BOX] * 3, opacity=0)) == []


@pytest.mark.parametrize("name", SPECS)
def test_is_centred_over_the_player_at_sub_pixel_positions(name: str) -> None:
    first, second = (draw(name, make_job([(x, 300.0, x + 60, 450.0)]))[0] for x in (600.0, 600.3))
    assert second.x - first.x == pytest.approx(0.3, abs=1e-3)
    picture = painted(draw(name, make_job([BOX])))
    weights = picture[..., 3].sum(axis=0)
    assert (weights * (np.arange(1280) + 0.5)).sum() / weights.sum() == pytest.approx(630, abs=1.5)


@pytest.mark.parametrize("name", SPECS)
def test_edges_are_anti_aliased_and_fade_to_nothing(name: str) -> None:
    picture = painted(draw(name, make_job([BOX])))
    alphas = np.unique(picture[..., 3])
    assert len(alphas) > 20
    for placement in draw(name, make_job([BOX])):
        rgba = placement.sprite.rgba
        if name != "box":
            border = np.concatenate((rgba[0, :, 3], rgba[-1, :, 3], rgba[:, 0, 3], rgba[:, -1, 3]))
            assert border.max() <= 12, "cut off at its sprite's edge"


@pytest.mark.parametrize("name", SPECS)
def test_grows_with_the_player_and_with_size(name: str) -> None:
    def width(height: float, **options: object) -> float:
        box = (640 - height * 0.2, 350 - height / 2, 640 + height * 0.2, 350 + height / 2)
        x1, _, x2, _ = solid(painted(draw(name, make_job([box]), opacity=1, **options)))
        return x2 - x1

    assert width(400) > width(150) > width(30) * 0.99
    assert width(150, size=2) > 1.5 * width(150)
    assert width(30) >= 6, "too small to see on a far player"


@pytest.mark.parametrize("name", SPECS)
def test_a_clip_of_slowly_changing_size_needs_a_handful_of_sprites(name: str) -> None:
    boxes = [(600.0, 300 - 0.1 * i, 660, 450) for i in range(200)]
    sprites = {id(p.sprite) for p in draw(name, make_job(boxes))}
    assert len(sprites) <= (60 if name == "box" else 15)


@pytest.mark.parametrize("name", ABOVE_HEAD)
def test_sits_above_the_head_with_a_gap(name: str) -> None:
    x1, y1, x2, y2 = solid(painted(draw(name, make_job([BOX]))))
    assert y2 <= 300 - 2 and y1 > 300 - 60
    assert (x1 + x2) / 2 == pytest.approx(630, abs=2)


@pytest.mark.parametrize("name", ABOVE_HEAD)
@pytest.mark.parametrize(
    "box",
    [
        (600.0, 2.0, 660.0, 150.0),
        (-30.0, 300.0, 30.0, 450.0),
        (1250.0, -20.0, 1310.0, 130.0),
        (0.0, -500.0, 60.0, -350.0),
    ],
)
def test_stays_inside_the_picture(name: str, box: tuple[float, float, float, float]) -> None:
    whole = solid(painted(draw(name, make_job([BOX]))))
    placements = draw(name, make_job([box]))
    x1, y1, x2, y2 = solid(painted(placements))
    assert (x2 - x1, y2 - y1) == pytest.approx((whole[2] - whole[0], whole[3] - whole[1]), abs=1)


def test_ring_lies_around_the_feet_wider_than_tall_and_open_behind() -> None:
    picture = painted(draw("ring", make_job([BOX])))
    x1, y1, x2, y2 = solid(picture)
    assert (x2 - x1) > 2 * (y2 - y1) and y1 > 420 and 440 < y2 < 475
    column = picture[:, 630, 3]
    assert column[: (450 - 5)].max() < 60 and column[450:].max() > 200


def test_box_and_glow_leave_the_player_alone() -> None:
    for name in ("box", "glow"):
        picture = painted(draw(name, make_job([BOX])))
        assert picture[340:410, 625:635, 3].max() < 10
    x1, y1, x2, y2 = solid(painted(draw("box", make_job([BOX]))))
    assert (x1, y1, x2, y2) == pytest.approx((594, 294, 666, 456), abs=3)


@pytest.mark.parametrize("name", SPECS)
def test_colour_can_be_a_code_or_a_name(name: str) -> None:
    texts = {"text": "", "number": "7"} if name == "name-tag" else {}
    by_code, by_name = (
        painted(draw(name, make_job([BOX]), color=color, **texts)) for color in ("#ff0000", "red")
    )
    assert np.array_equal(by_code, by_name)
    strongest = by_code[by_code[..., 3] >= by_code[..., 3].max() * 0.99]
    assert (strongest[:, 0] > 200).any() and (strongest[:, 1:3].min(axis=0) < 30).all()


@pytest.mark.parametrize("name", SPECS)
def test_an_unknown_colour_is_a_users_mistake(name: str) -> None:
    with pytest.raises(BadInputError, match="greenish"):
        draw(name, make_job([BOX]), color="greenish")


@pytest.mark.parametrize("name", ["dot", "ring"])
def test_non_square_pixels_are_allowed_for(name: str) -> None:
    square = solid(painted(draw(name, make_job([BOX], size=(1440, 1080)), size=2), (1440, 1080)))
    wide = solid(
        painted(draw(name, make_job([BOX], size=(1440, 1080), sar=Fraction(4, 3)), size=2), (1440, 1080))
    )
    assert (wide[2] - wide[0]) * 4 / 3 == pytest.approx(square[2] - square[0], abs=2.5)
    assert wide[3] - wide[1] == pytest.approx(square[3] - square[1], abs=1)


@pytest.mark.parametrize("text", ["23", "Zoë Łukasz", "Ирина", "Ελένη", "سارة", "שרה"])
def test_label_draws_the_scripts_of_its_font(text: str) -> None:
    x1, y1, x2, y2 = solid(painted(draw("label", make_job([BOX]), text=text)))
    assert x2 - x1 > 0.5 * (y2 - y1)


@pytest.mark.parametrize(
    ("text", "sentence"), [("山田", "no sign for '山'"), ("  ", "no text"), ("x" * 41, "41 characters")]
)
def test_label_refuses_what_it_cannot_draw(text: str, sentence: str) -> None:
    with pytest.raises(BadInputError, match=sentence):
        draw("label", make_job([BOX]), text=text)


def test_the_fonts_licence_ships_with_it() -> None:
    folder = Path(highlight_cuts_cv.__file__).parent / "data"
    assert (folder / "DejaVuSans-Bold.ttf").is_file()
    assert "Bitstream Vera" in (folder / "LICENSE-DejaVu").read_text()


def test_letters_of_a_label_are_narrower_where_pixels_are_wider():
    """So that they look the same when the picture is shown."""
    box = (600.0, 300.0, 640.0, 400.0)
    (square,) = draw("label", make_job([box]), text="Sam")
    (wide,) = draw("label", make_job([box], sar=Fraction(2)), text="Sam")
    assert wide.sprite.rgba.shape[0] == square.sprite.rgba.shape[0]
    assert wide.sprite.rgba.shape[1] == pytest.approx(square.sprite.rgba.shape[1] / 2, abs=1)

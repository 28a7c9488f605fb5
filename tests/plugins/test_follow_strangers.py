"""Whoever was seen beside the player is not the player: a path that goes on with them is doubted."""

from __future__ import annotations

import numpy as np
import pytest

from tests.plugins.test_follow_review import COUNT, MET, SWITCHED, Clip, middles, path, piece


def broken_off(after: str = "other", by: float = 3.0, beside: int = MET) -> Clip:
    """The player's chain ends where two meet; somebody who was *beside* for so many frames goes on as *after*.

    For three frames nobody is detected.
    """
    pieces = [piece(0, MET - 1, 200), piece(MET + 3, 99, 300)]
    if beside:
        return Clip([*pieces, piece(MET - beside, MET - 1, 300)], [-1, -1, 1], ["player", after, "other"], by)
    return Clip(pieces, [-1, -1], ["player", after], by)


def doubtful(clip: Clip, one, backward: bool = False) -> list[int]:
    """The frames in doubt; where the path is does not change."""
    result = clip.review(one, backward)
    assert middles(result) == middles(one) and not clip.followed
    assert set(result.scores.tolist()) <= {0.9, 0.6}
    return np.flatnonzero(result.scores == 0.6).tolist()


@pytest.mark.parametrize(
    ("after", "by", "doubted"), [("other", 3, True), ("player", 3, False), ("player", 0.3, True)]
)
def test_who_lived_beside_the_player_is_doubted_unless_the_looks_say_it_is_the_player(after, by, doubted):
    assert doubtful(broken_off(after, by), SWITCHED) == (list(range(MET, COUNT)) if doubted else [])


@pytest.mark.parametrize(("frames", "doubted"), [(0, False), (4, False), (5, True)])
def test_who_was_hardly_seen_before_is_the_player_again(frames, doubted):
    assert bool(doubtful(broken_off(beside=frames), SWITCHED)) is doubted


def test_who_was_under_the_path_before_was_not_beside_it():
    """The player is detected twice, and the second box, of other looks, outlives the first."""
    clip = Clip([piece(0, 19, 200), piece(5, 99, 202)], [-1, -1], ["player", "other"])
    assert doubtful(clip, path((COUNT, 200))) == []


def test_a_stranger_may_be_one_tracklet_before_and_after():
    clip = Clip([piece(0, MET - 1, 200), piece(0, 99, 300)], [-1, -1], ["player", "other"], by=0.9)
    assert doubtful(clip, SWITCHED) == list(range(MET, COUNT))
    clip.unclear = 0
    assert doubtful(clip, SWITCHED) == list(range(MET, COUNT))


@pytest.mark.parametrize(("visits", "doubted"), [((4,), []), ((5,), [5]), ((4, 4), []), ((4, 6), [6])])
def test_doubt_lasts_until_the_path_is_back_with_the_player(visits, doubted):
    """The path is at 300 for some visits of so many frames, ten frames apart, and with the player between."""
    stretches, start = [(0, MET - 1)], MET
    for frames in visits:
        stretches.append((start + frames, start + frames + 9))
        start += frames + 10
    stretches[-1] = (stretches[-1][0], 99)
    own = [piece(*stretch, 200) for stretch in stretches]
    other = [piece(0, MET - 1, 300), piece(MET, 99, 300)]
    after = [*range(1, len(own)), -1, len(own) + 1, -1]
    clip = Clip([*own, *other], after, ["player"] * len(own) + ["other"] * 2)
    parts: list[tuple[int, float]] = [(MET, 200)]
    for frames in visits:
        parts += [(frames, 300), (10, 200)]
    parts[-1] = (COUNT - sum(count for count, _ in parts[:-1]), 200)
    assert len(doubtful(clip, path(*parts))) == sum(doubted)


def test_who_was_not_seen_beside_the_player_is_the_player():
    """One chain after the other is: back with the second one the path is with the player again."""
    own = [piece(0, 19, 200), piece(20, MET - 1, 200), piece(MET + 10, 99, 200)]
    other = [piece(0, MET - 1, 300), piece(MET, 99, 300)]
    clip = Clip([*own, *other], [-1, 2, -1, 4, -1], ["player"] * 3 + ["other"] * 2)
    assert len(doubtful(clip, path((MET, 200), (10, 300), (COUNT - MET - 10, 200)))) == 10


def test_backward_the_same_is_doubted():
    pieces = [piece(MET, 99, 200), piece(0, MET - 1, 300), piece(MET, 99, 300)]
    clip = Clip(pieces, [-1, 2, -1], ["player", "other", "other"])
    assert doubtful(clip, path((MET, 300), (COUNT - MET, 200)), backward=True) == list(range(MET))

"""Where the follower's path and everybody's part: who is believed, where the player is followed again, what stays in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hccv_follow.appearance import Part
from hccv_follow.crowd import Crowd, Span
from hccv_follow.linking import Chains
from hccv_follow.path import Path
from hccv_follow.review import reviewed
from hccv_follow.tracklets import Tracklet

RATE, COUNT = 20.0, 100
MET = 40
"""The frame in which two people are one, in most of these clips."""


def box(x: float) -> list[float]:
    return [x - 20, 100.0, x + 20, 180.0]


def piece(first: int, last: int, x: float, clean: float = 1.0) -> Tracklet:
    """Somebody who stands in frames first..last."""
    frames = np.arange(first, last + 1)
    return Tracklet(
        frames, np.tile(box(x), (len(frames), 1)), np.full(len(frames), 0.8), np.full(len(frames), clean)
    )


def path(*parts: tuple[int, float | None], met: Sequence[int] = (MET,), score: float = 0.9) -> Path:
    """Parts of so many frames at an x, or lost; in frames *met* somebody was in the way."""
    boxes = np.repeat(
        [[np.nan] * 4 if x is None else box(x) for _, x in parts], [n for n, _ in parts], axis=0
    )
    flags = np.zeros(len(boxes), bool)
    flags[list(met)] = True
    return Path(boxes, np.where(np.isnan(boxes[:, 0]), 0, score), flags)


@dataclass
class Told:
    """Looks of which it is known whose they are: as likely one person's as *by* says, or as unlikely.

    Of what is said of an exchange the *share* is sure.
    """

    who: Sequence[str]
    by: float = 3.0
    share: float = 1.0

    def ratio(self, one: Sequence[Part], other: Sequence[Part]) -> float:
        if not one or not other:
            return 0.0
        shares = [np.mean([self.who[piece] == "player" for piece, _ in group]) for group in (one, other)]
        return self.by * float(1 - 2 * abs(shares[0] - shares[1]))

    def preferred(self, group: Sequence[Part], one: Sequence[Part], other: Sequence[Part]) -> float:
        return self.ratio(group, one) - self.ratio(group, other)

    def exchanged(
        self, group: Sequence[Part], others: Sequence[Part], one: Sequence[Part], other: Sequence[Part]
    ) -> tuple[float, float]:
        said = self.preferred(group, one, other) + self.preferred(others, other, one)
        return said, self.share * said

    def weight(self, group: Sequence[Part]) -> float:
        return float(sum(rows.stop - rows.start for _, rows in group))


@dataclass
class Clip:
    """A clip's pieces and how they are linked, and what is asked of it; of the piece *unclear* there is no clean look.

    Who is followed again *meets* somebody in some frames.
    """

    pieces: list[Tracklet]
    after: list[int]
    who: Sequence[str]
    by: float = 3.0
    share: float = 1.0
    cuts: Sequence[int] = ()
    unclear: int | None = None
    meets: Sequence[int] = ()
    spans: list[Sequence[Span]] = field(default_factory=list)
    followed: list[tuple[int, float, int]] = field(default_factory=list)

    def look(self, spans: Sequence[Span], around: Path) -> Crowd:
        self.spans.append(spans)
        chosen = [
            np.arange(0, 0 if number == self.unclear else len(one.frames), 4)
            for number, one in enumerate(self.pieces)
        ]
        looks = Told(self.who, self.by, self.share)
        return Crowd(self.pieces, chosen, looks, Chains(np.array(self.after, np.int64)))  # type: ignore[arg-type]

    def follow(self, index: int, at: np.ndarray, stop: int) -> Path:
        self.followed.append((index, float(at[0] + at[2]) / 2, stop))
        return path((COUNT, float(at[0] + at[2]) / 2), met=self.meets)

    def review(self, one: Path, backward: bool = False) -> Path:
        order = np.arange(COUNT)[::-1] if backward else np.arange(COUNT)
        return reviewed(one, order, self.cuts, RATE, self.look, self.follow)


def crossing(by: float = 3.0, right: bool = True, **more: object) -> Clip:
    """The player at 200, somebody at 300; each is linked with the one who is at their place after they have met.

    The follower is taken to change over from 200 to 300.  *right* tells whether the chains are.
    """
    who = ["player", "other", "player", "other"] if right else ["player", "other", "other", "player"]
    pieces = [piece(0, MET - 1, 200), piece(0, MET - 1, 300), piece(MET, 99, 200), piece(MET, 99, 300)]
    return Clip(pieces, [2, 3, -1, -1], who, by, **more)  # type: ignore[arg-type]


SWITCHED = path((MET, 200), (COUNT - MET, 300))


def middles(one: Path) -> list[float | None]:
    """Where it is, once for each stretch."""
    xs = [None if np.isnan(at[0]) else float(at[0] + at[2]) / 2 for at in one.boxes]
    return [x for place, x in enumerate(xs) if place == 0 or x != xs[place - 1]]


def test_who_went_with_somebody_else_comes_back_to_the_player():
    clip = crossing()
    assert middles(clip.review(SWITCHED)) == [200]
    assert clip.followed == [(MET, 200, COUNT)]
    assert middles(SWITCHED) == [200, 300], "what is known of the pass is left alone"


def test_who_stayed_with_the_player_stays_there_whatever_the_chains_are():
    clip = crossing(right=False)
    assert middles(clip.review(SWITCHED)) == [200, 300] and not clip.followed


@pytest.mark.parametrize(("right", "end"), [(True, [200]), (False, [200, 300])])
def test_the_other_one_counts_too(right, end):
    """There is no clean look of the player before; where the other one is decides."""
    clip = crossing(right=right)
    clip.unclear = 0
    assert middles(clip.review(SWITCHED)) == end


@pytest.mark.parametrize(("met", "looked"), [((), 0), ((MET,), 1)])
def test_who_is_alone_and_never_lost_costs_no_look(met, looked):
    clip = crossing()
    clip.review(path((COUNT, 200), met=met))
    assert len(clip.spans) == looked


def test_everybody_is_looked_at_around_contacts_and_losses_and_after_the_pick():
    clip = Clip([], [], [])
    clip.review(path((60, 200), (5, None), (35, 200), met=()))
    assert clip.spans == [[(0, 13), (30, 94)]]
    clip.review(path((60, 200), (4, None), (36, 200), met=()))
    assert len(clip.spans) == 1, "a blink is no loss"


@pytest.mark.parametrize(("score", "spans"), [(0.6, [[(0, 13), (20, 80)]]), (0.65, [])])
def test_everybody_is_looked_at_around_what_is_in_doubt(score, spans):
    """Nobody was seen in the way, as when somebody walks by between two looks."""
    clip = Clip([], [], [])
    one = path((COUNT, 200), met=())
    one.scores[50] = score
    clip.review(one)
    assert clip.spans == spans


@pytest.mark.parametrize(("by", "back"), [(1.5, True), (0.5, False)])
def test_who_is_lost_is_found_again_where_the_looks_say_so(by, back):
    clip = crossing(by)
    result = clip.review(path((MET, 200), (COUNT - MET, None)))
    assert middles(result) == ([200] if back else [200, None])


def test_a_short_parting_is_none():
    for frames, end in ((4, [200, 300, 200]), (5, [200])):
        clip = crossing()
        assert middles(clip.review(path((MET, 200), (frames, 300), (COUNT - MET - frames, 200)))) == end


@pytest.mark.parametrize("between", [300, None])
def test_who_comes_back_is_put_right_until_then_and_the_rest_is_left_alone(between):
    clip = crossing()
    result = clip.review(path((MET, 200), (20, between), (COUNT - MET - 20, 205)))
    assert middles(result) == [200, 205] and np.flatnonzero(result.boxes[:, 0] == 185)[0] == MET + 20
    assert clip.followed == [(MET, 200, MET + 20)], "both show the same again there"


def test_the_player_is_followed_again_where_nobody_covers_within_a_second():
    clip = crossing()
    clip.pieces[2].clean[:] = 0.4
    clip.pieces[2].clean[[7, 25]] = 0.9, 1.0
    clip.review(SWITCHED)
    assert clip.followed == [(MET + 7, 200, COUNT)]


APART = 60
"""The frame in which two who are in contact come apart."""


def contact(first: int = 52, beside: bool = True) -> tuple[Clip, Path]:
    """The player and another one at 200 and 225 from frame *first* on; the path between both, then with the other one.

    With *beside* unset the other one is not seen before they come apart.
    """
    pieces = [piece(0, APART - 1, 200), piece(first, APART - 1, 225)]
    pieces += [piece(APART, 99, 200), piece(APART, 99, 300)]
    if not beside:
        pieces[1] = piece(0, 5, 225)
    clip = Clip(pieces, [2, 3, -1, -1], ["player", "other", "player", "other"])
    return clip, path((first, 200), (APART - first, 212), (COUNT - APART, 300))


def test_who_changed_over_in_a_contact_was_with_the_player_up_to_its_beginning():
    """In the contact the box held both, and they stood apart only later: the chain is right from its beginning on."""
    clip, one = contact()
    assert middles(clip.review(one)) == [200]
    assert clip.followed == [(APART, 200, COUNT)], "from where they stand apart"


def test_a_moment_in_which_the_other_one_is_not_seen_does_not_end_the_contact():
    clip, one = contact()
    clip.pieces[1] = piece(52, APART - 4, 225)
    assert middles(clip.review(one)) == [200]


def test_of_a_long_contact_only_the_end_is_the_chains():
    clip, one = contact(first=30)
    result = clip.review(one)
    assert middles(result) == [200, 212, 200] and result.boxes[49, 0] > result.boxes[50, 0]


def test_nobody_beside_is_no_contact():
    clip, one = contact(beside=False)
    assert middles(clip.review(one)) == [200, 212, 200]


def test_where_the_chain_breaks_off_nothing_is_hidden():
    clip, one = contact(first=45)
    clip.pieces[0], clip.pieces[2] = piece(0, 46, 200), piece(54, 99, 200)
    result = clip.review(one)
    assert middles(result) == [200, 212, 200] and result.shown.all()


@pytest.mark.parametrize(("unclear", "back"), [(None, True), (2, False)])
def test_where_the_chain_breaks_off_whom_the_path_goes_on_with_is_asked_if_well_seen(unclear, back):
    """The player's tracklet before ends unlinked; the one after is left for somebody else in its turn."""
    pieces = [piece(0, MET - 1, 200), piece(0, 99, 300), piece(MET, 59, 200), piece(60, 99, 200)]
    clip = Clip(pieces, [-1, -1, 3, -1], ["player", "other", "player", "player"], unclear=unclear)
    result = clip.review(path((60, 200), (COUNT - 60, 300), met=(60,)))
    assert middles(result) == ([200] if back else [200, 300])


def test_what_was_decided_narrowly_is_in_doubt_from_the_contact_on():
    clip, one = contact()
    clip.by, clip.who = 0.2, ["player", "other", "other", "player"]
    result = clip.review(one)
    assert (result.scores[52:] <= 0.6).all() and (result.scores[:52] == 0.9).all()


def test_who_is_linked_after_both_show_the_same_again_tells_nothing_of_the_parting():
    """Who was at 200 meanwhile was never seen clearly; who is there later is the player, by either account."""
    clip = crossing()
    clip.pieces[2] = piece(MET, MET + 19, 200)
    clip.pieces.append(piece(MET + 20, 99, 200))
    clip.after, clip.who = [2, 3, 4, -1, -1], ["player", "other", "player", "player", "player"]
    clip.unclear = 2
    assert middles(clip.review(path((MET, 200), (20, None), (COUNT - MET - 20, 200)))) == [200, None, 200]


def test_who_was_lost_and_is_back_can_be_left_again():
    """Nothing tells who the chain shows while the player is lost; later the path leaves with somebody else."""
    times = [(0, MET - 1), (MET, MET + 9), (MET + 10, 79), (80, 99)]
    pieces = [piece(*time, x) for x in (200, 300) for time in times]
    clip = Clip(pieces, [1, 2, 3, -1, 5, 6, 7, -1], ["player"] * 4 + ["other"] * 4)
    clip.unclear = 1
    left = path((MET, 200), (10, None), (20, 200), (COUNT - MET - 30, 300), met=(MET, 80))
    assert middles(clip.review(left)) == [200, None, 200]


def there_and_back(by: float = 3.0) -> tuple[Clip, Path]:
    """The chains take each of two for the other one for a second; the path, which is right, goes there and back."""
    times = [(0, MET - 1), (MET, MET + 19), (MET + 20, 99)]
    pieces = [piece(*time, x) for time in times for x in (200, 300)]
    return (
        Clip(pieces, [2, 3, 4, 5, -1, -1], ["player", "other", "other", "player", "player", "other"], by),
        path((MET, 200), (20, 300), (COUNT - MET - 20, 200)),
    )


@pytest.mark.parametrize(("by", "doubted"), [(0.2, True), (3.0, False)])
def test_what_was_decided_narrowly_is_in_doubt(by, doubted):
    clip, one = there_and_back(by)
    result = clip.review(one)
    assert middles(result) == [200, 300, 200] and (result.scores[:MET] == 0.9).all()
    assert (result.scores[MET : MET + 20] <= 0.6).all() == doubted


@pytest.mark.parametrize(("share", "doubted"), [(-0.01, True), (-1.0, False), (1.0, False)])
@pytest.mark.parametrize(("right", "end"), [(True, [200]), (False, [200, 300])])
def test_who_is_right_is_what_is_said_in_all_and_how_sure_what_is_left_of_it(share, doubted, right, end):
    clip = crossing(right=right, share=share)
    result = clip.review(SWITCHED)
    assert middles(result) == end
    assert (result.scores[MET:] <= 0.6).all() == doubted


@pytest.mark.parametrize(("by", "end"), [(0.05, [200]), (0.2, [200, 300])])
def test_where_hardly_anything_speaks_against_the_chains_they_are_right(by, end):
    assert middles(crossing(by, right=False).review(SWITCHED)) == end


@pytest.mark.parametrize(("by", "shown"), [(3.0, [200]), (5.0, [200, None])])
def test_neither_is_shown_where_both_are_plainly_unlike_the_player(by, shown):
    clip = crossing(by)
    clip.who = ["player", "other", "other", "other"]
    assert middles(clip.review(SWITCHED)) == shown
    back = clip.review(path((MET, 200), (20, 300), (COUNT - MET - 20, 200)))
    assert middles(back) == shown, "whoever it is when both show the same again is one of the two"


def test_what_is_decided_later_is_shown():
    """After somebody unlike the player, in two tracklets at 200, it is the player at 250 who is believed."""
    before = [piece(0, MET - 1, 200), piece(0, MET - 1, 300)]
    pieces = [*before, piece(MET, 54, 200), piece(MET, 99, 300), piece(55, 99, 250), piece(55, 99, 200)]
    who = ["player", "other", "other", "other", "player", "other"]
    clip = Clip(pieces, [2, 5, 4, -1, -1, -1], who, by=5, meets=[55])
    assert middles(clip.review(SWITCHED)) == [200, None, 250]


def test_who_joins_somebody_who_was_found_to_be_somebody_else_is_asked_again():
    """At 300 it is the player, who is not the one at 200 then; so who goes back to 200 leaves the player."""
    clip = crossing(right=False)
    assert middles(clip.review(path((MET, 200), (20, 300), (COUNT - MET - 20, 200)))) == [200, 300]
    assert clip.followed == [(MET + 20, 300, COUNT)]


def test_who_is_seen_again_after_a_loss_has_a_chain_too():
    """The player's first tracklet is linked with somebody else's, twice as far; the next one is where the path was."""
    pieces = [piece(0, MET - 1, 200), piece(MET + 20, 99, 300), piece(MET, 99, 200)]
    clip = Clip(pieces, [1, -1, -1], ["player", "other", "player"])
    result = clip.review(path((MET + 8, 200), (COUNT - MET - 8, None)))
    assert middles(result) == [200] and [x for _, x, _ in clip.followed] == [200]


def test_what_a_chain_looks_like_when_both_show_the_same_again_counts():
    """In the loss it is hardly seen, and right after it well."""
    clip = crossing()
    clip.pieces[2] = piece(MET, 99, 200)
    clip.pieces[2].clean[:10] = 0.0
    result = clip.review(path((MET, 200), (8, None), (COUNT - MET - 8, 200)))
    assert middles(result) == [200]


@pytest.mark.parametrize("right", [True, False])
def test_what_was_decided_narrowly_and_never_met_again_is_in_doubt_to_the_end(right):
    result = crossing(0.2, right).review(SWITCHED)
    assert middles(result) == ([200] if right else [200, 300])
    assert (result.scores[MET:] <= 0.6).all() and (result.scores[:MET] == 0.9).all()


def test_only_those_right_after_the_parting_are_asked():
    """Wrong links later on say nothing about the parting."""
    clip = crossing()
    clip.pieces = [
        *clip.pieces[:2],
        piece(MET, 65, 200),
        clip.pieces[3],
        piece(68, 80, 200),
        piece(83, 99, 200),
    ]
    clip.after, clip.who = [2, 3, 4, -1, 5, -1], ["player", "other", "player", "other", "other", "other"]
    clip.review(path((MET, 200), (COUNT - MET, None)))
    assert [index for index, _, _ in clip.followed] == [MET]


def test_backward_those_right_after_the_parting_are_the_later_ones():
    pieces = [piece(0, 15, 200), piece(18, MET - 1, 200), piece(0, MET - 1, 300)]
    clip = Clip([*pieces, piece(MET, 99, 200)], [1, 3, -1, -1], ["other", "player", "other", "player"])
    clip.review(path((MET, None), (COUNT - MET, 200)), backward=True)
    assert [index for index, _, _ in clip.followed] == [MET - 1]


def test_whom_the_path_is_on_right_after_the_parting_is_asked_however_long_others_were_there():
    """Later the path is on somebody who looks like the player and was there all the time."""
    clip = crossing()
    clip.pieces.insert(0, piece(0, 99, 400))
    clip.after, clip.who = [-1, 3, 4, -1, -1], ["player", "player", "other", "player", "other"]
    result = clip.review(path((MET, 200), (20, 300), (COUNT - MET - 20, 400)))
    assert middles(result) == [200] and (result.scores == 0.9).all()


@pytest.mark.parametrize("after", [(COUNT - MET, 300), (COUNT - MET, None)])
@pytest.mark.parametrize(("frames", "changed"), [(8, True), (4, False)])
def test_nobody_changes_over_to_whom_hardly_anybody_saw(after, frames, changed):
    clip = crossing()
    clip.pieces[2] = piece(MET + 5, MET + 4 + frames, 200)
    result = clip.review(path((MET, 200), after))
    assert bool(clip.followed) is changed
    if after[1] is not None:
        assert (result.scores[MET + 5 :] <= 0.6).all() is not changed, "and that is a doubt"


def test_who_is_seen_in_scraps_before_a_long_contact_is_the_player_all_the_same():
    """One box of two people, which is linked with the other one, is longer under the path than any of the scraps."""
    scraps = [piece(0, 1, 200), piece(2, 3, 200)]
    pieces = [*scraps, piece(4, MET - 1, 200), piece(MET, 99, 200), piece(MET, 99, 300)]
    clip = Clip(pieces, [1, 3, 4, -1, -1], ["player", "player", "other", "player", "other"])
    assert middles(clip.review(SWITCHED)) == [200]
    clip.after, clip.who = [1, 4, 3, -1, -1], ["player", "player", "other", "other", "player"]
    assert middles(clip.review(SWITCHED)) == [200, 300]


def test_who_is_seen_for_a_glimpse_is_nobody():
    """Where the path is, nobody else is seen but for two frames: that is a loss, and takes more to change."""
    clip = crossing(0.8)
    clip.pieces[3] = piece(MET + 5, MET + 6, 300)
    clip.who = ["player", "other", "player", "player"]
    assert middles(clip.review(SWITCHED)) == [200, 300]


def test_backward_the_same_is_decided():
    clip = crossing()
    clip.after = [2, 3, -1, -1]
    one = path((MET, 300), (COUNT - MET, 200))
    assert middles(clip.review(one, backward=True)) == [200]
    ((index, x, stop),) = clip.followed
    assert (index, x, stop) == (MET - 1, 200, -1)


def test_beyond_a_cut_nothing_is_changed():
    clip = crossing(cuts=[MET - 5])
    assert middles(clip.review(SWITCHED)) == [200, 300] and not clip.followed


def test_a_pass_is_followed_again_a_few_times_at_most():
    """Each time it goes with the other one soon after."""
    clip = crossing()
    begin = clip.follow

    def follow(index: int, at: np.ndarray, stop: int) -> Path:
        begin(index, at, stop)
        return path((index + 6, 200), (COUNT - index - 6, 300), met=range(MET, COUNT))

    clip.follow = follow  # type: ignore[method-assign]
    clip.review(path((MET, 200), (COUNT - MET, 300), met=range(MET, COUNT)))
    assert [index for index, _, _ in clip.followed] == [40, 46, 52, 58, 64, 70]

"""What is said about the clips in which the player of the others was looked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from highlight_cuts_cv.jobs.filling import Filled
from highlight_cuts_cv.jobs.same_player import Candidate


def fillings_told(filled: Sequence[Filled]) -> Iterator[str]:
    """A sentence for each clip: who was picked there, or who it may be and the picks that say so."""
    for one in filled:
        clip_id, candidates = one.proposal.clip_id, one.proposal.candidates
        whose = f"{one.player}@{clip_id}" if one.player else clip_id
        if (best := one.proposal.accepted) is not None:
            yield f"{whose}: picked in frame {best.pick.frame_index}, {_sure(best)}."
        elif candidates:
            offers = " or ".join(f"--pick {whose}={each.pick} ({_sure(each)})" for each in candidates)
            yield f"{whose}: left for you to say: {offers}."
        else:
            yield f"{whose}: nobody there looks like the player; left as it is."


def _sure(candidate: Candidate) -> str:
    # Rounded down: what is not taken must not read like what is, and nothing is wholly sure.
    chance = (
        "over 99 % sure"
        if candidate.probability > 0.99
        else f"{math.floor(100 * candidate.probability)} % sure"
    )
    return f"{chance}, reads {candidate.label}" if candidate.label else chance

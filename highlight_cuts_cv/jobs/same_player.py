"""The player of some clips, looked for in the others of the reel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from highlight_cuts_cv.analysis.workbench import ClipWorkbench
from highlight_cuts_cv.contracts import Identifier, IdentifyJob, Steps, Watch, unwatched
from highlight_cuts_cv.contracts.heard import warnings_to
from highlight_cuts_cv.files.cache_folder import cache_folder
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.setup import DEFAULT_IDENTIFIER, Choice, Setup
from highlight_cuts_cv.model import BoundingBox, ClipInfo, Track, box_ious
from highlight_cuts_cv.plugin.registry import get_registry
from highlight_cuts_cv.recognition import likeness
from highlight_cuts_cv.recognition.changes import broken_at_changes
from highlight_cuts_cv.recognition.everybody import Person, everybody
from highlight_cuts_cv.tracking.picks import Pick
from highlight_cuts_cv.tracking.thinning import kept_frames

ACCEPTED = 0.98
"""The probability from which on a candidate is taken without being asked about."""
_OFFERED = 3
"""Candidates that are told of each clip."""
_WORTH = 0.02
"""The probability below which nobody is told as a candidate."""
_LEAST = 3
"""Looks at somebody from which on anything is said about that person."""
_OWN, _ANOTHER = 0.5, 0.2
"""IoU with the followed player's box from which somebody is the player, and below which surely another; in so many..."""
_MOSTLY = 0.7
"""...of the looks."""
_READ = 6
"""Candidates whose numbers are read: those who look most alike, or are largest."""
_NUMBERS = 100
"""A number that fits makes it so many times likelier: as many are worn."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who may be the player in a clip: ``pick`` points at the person, ``probability`` is how sure that is, 0 to 1.

    ``label`` is the number or name that was read on the person, '' for none.
    """

    pick: Pick
    probability: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who may be the player in one clip, the likeliest first; nobody where nothing can be said."""

    clip_id: str
    candidates: tuple[Candidate, ...]

    @property
    def accepted(self) -> Candidate | None:
        """The candidate to take without asking, if one is sure enough."""
        best = self.candidates[0] if self.candidates else None
        return best if best is not None and best.probability >= ACCEPTED else None


def propose(
    known: Mapping[str, tuple[ClipInfo, Track]],
    clips: Sequence[ClipInfo],
    people_in: Callable[[ClipInfo], Sequence[Person]],
    number: str | None = None,
    identifier: Choice | None = None,
    steps: Steps = unwatched,
) -> list[Proposal]:
    """Look in each of *clips* for the player who was followed in the clips *known*, by clip id; *people_in* a clip is
    everybody there, as :func:`everybody_in` finds them.

    With *number* the *identifier* reads what the people wear: who wears it is likelier, who wears another is not.
    Without a known clip the number alone decides.  Raises BadInputError for an identifier that is not there,
    CancelledError.
    """
    reader: Identifier | None = None
    if number is not None:
        choice = identifier or Choice(DEFAULT_IDENTIFIER)
        reader = get_registry().identifier(choice.name, choice.options)
    try:
        own: list[Person] = []
        others: list[Person] = []
        for clip, track in known.values():
            mine, rest = sorted_by_track(people_in(clip), track)
            own += mine
            others += rest
        proposals = []
        for clip in clips:
            people = [person for person in people_in(clip) if len(person) >= _LEAST]
            looks = likeness.probabilities(own, others, people)
            labels, places = ["" for _ in people], [person.best for person in people]
            if reader is not None and number is not None:
                watch = steps(f"Reading numbers in {clip.name or clip.clip_id}")
                looks, labels, places = with_numbers(people, looks, bool(own), reader, number, watch)
            order = sorted(range(len(people)), key=lambda one: -looks[one])[:_OFFERED]
            found = [
                _candidate(people[one], places[one], looks[one], labels[one])
                for one in order
                if looks[one] >= _WORTH
            ]
            proposals.append(Proposal(clip.clip_id, tuple(found)))
        return proposals
    finally:
        if reader is not None:
            reader.close()


def everybody_in(clip: ClipInfo, setup: Setup, steps: Steps) -> list[Person]:
    """Everybody in a clip; the analysis is kept for whoever follows in it."""
    with workbench(clip, setup, cache_folder("analysis")) as bench:
        return people_on(bench, steps(f"Looking at everybody in {clip.name or clip.clip_id}"))


def people_on(bench: ClipWorkbench, watch: Watch) -> list[Person]:
    """Everybody in the workbench's clip.  Raises CancelledError."""
    with warnings_to(watch):
        kept, rate = kept_frames(bench.clip, [])
        people = everybody(bench.view(kept, float(rate), True), float(rate), watch)
        bench.keep()
        return broken_at_changes(people)


def sorted_by_track(people: Sequence[Person], track: Track) -> tuple[list[Person], list[Person]]:
    """Who of the *people* is the followed player, and who surely somebody else."""
    own, others = [], []
    for person in people:
        overlaps = np.array(
            [
                box_ious(track.xyxy[frame], box.astype(np.float32)) if track.visible[frame] else np.nan
                for frame, box in zip(person.frames, person.boxes, strict=True)
            ],
            np.float64,
        )
        seen = overlaps[np.isfinite(overlaps)]
        if len(seen) and (seen >= _OWN).mean() >= _MOSTLY:
            own.append(person)
        elif len(person) >= _LEAST and len(seen) and (seen < _ANOTHER).all():
            others.append(person)
    return own, others


def with_numbers(
    people: Sequence[Person],
    looks: Sequence[float],
    known: bool,
    reader: Identifier,
    number: str,
    watch: Watch,
) -> tuple[list[float], list[str], list[int]]:
    """The probabilities after reading what those wear who matter, what was read on whom, and in which look to point at them.

    That is a look that shows the number, where it was read: of two people who were mixed up it is the one who wears it.
    """
    size = [float(np.median([box[3] - box[1] for box in person.boxes])) for person in people]
    seen = [one for one, person in enumerate(people) if person.sightings]
    order = sorted(seen, key=lambda one: (-looks[one], -size[one]))
    chances = list(looks) if known else [1 / (1 + _NUMBERS)] * len(people)
    labels, places = [""] * len(people), [person.best for person in people]
    read = order[: _READ if known else 2 * _READ]
    for done, one in enumerate(read, start=1):
        job = IdentifyJob(sightings=people[one].shown(), cancelled=watch.cancelled)
        found = reader.identify(job)
        if found:
            labels[one] = found[0].label
            if found[0].label == number and found[0].seen:
                places[one] = people[one].clearest([job.sightings[place] for place in found[0].seen])
            chances[one] = after_reading(
                chances[one], {each.label: each.probability for each in found}, number
            )
        watch.progress(done, len(read))
    return likeness.exclusive(people, chances), labels, places


def after_reading(chance: float, read: Mapping[str, float], number: str) -> float:
    """How probable it is that somebody is the player, after his number was *read*, by label."""
    fits = read.get(number, 0.0)
    wrong = sum(read.values()) - fits
    # By Bayes' rule the reading says as much for the number as its probability has grown over one in all numbers.
    odds = chance / max(1 - chance, 1e-9) * (fits * _NUMBERS + (1 - fits - wrong)) / max(1 - fits, 1e-9)
    return float(odds / (1 + odds))


def _candidate(person: Person, place: int, probability: float, label: str) -> Candidate:
    box = BoundingBox(*person.boxes[place].tolist())
    return Candidate(
        Pick(person.frames[place], box=replace(box.rounded(), confidence=1.0)), probability, label
    )

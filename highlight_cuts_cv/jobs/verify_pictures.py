"""A film's pictures against those that it should show, and what is wrong with them in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.jobs.verify_expected import Expected, Made, picture_of
from highlight_cuts_cv.media import clip_of, frame_times, raw_frames
from highlight_cuts_cv.media.reading.digests import picture_digest
from highlight_cuts_cv.model import CancelledError, ClipInfo, MediaInfo

Source = tuple[int, int]
"""A right picture: the number of its part and the index of its frame in the part's clip."""
LISTED = 12
"""Sentences of one kind; there may be as many as pictures."""
_MOST_LOST = 200
"""Pictures by which a film's number may be off for it to be told which."""
_THE_SAME = 64
"""256ths of an 8-bit step between the signatures of a picture and its copy."""
_LOSSLESS = ("ffv1", "png", "qtrle", "rawvideo", "huffyuv", "utvideo")
_HALF = Fraction(1, 2)
_LEAST_STEP = 0.02


class Pictures:
    """The film's pictures against those it should show."""

    def __init__(self, parts: Sequence[Made], shown: MediaInfo, watch: Watch) -> None:
        from highlight_cuts_cv.media.comparing.judging import Changes

        self._parts, self._shown, self._watch = parts, shown, watch
        self._digests: dict[tuple[int, int], str] = {}
        self._changes = Changes()
        self._exact = True
        self._covered: list[float] = []
        untouched = all(made.fit is None and not made.card for made in parts)
        self._lossless = untouched and shown.codec in _LOSSLESS
        self.wrong: list[str] = []
        self.seen: list[str] = []

    def compare(self) -> None:
        """Fill ``wrong`` and ``seen``.  Raises BadInputError, JobFailedError, CancelledError."""
        from highlight_cuts_cv.media.comparing.judging import Changes, aligned

        film, right, sources = self._pass(None)
        if abs(len(film) - len(right)) > _MOST_LOST:
            self.wrong.append(f"The film has {len(film)} pictures and should have {len(right)}.")
            return
        sizes = {
            (*made.size, made.clip.media.width, made.clip.media.height)
            for made in self._parts
            if made.crop is not None
        }
        for width, height, whole_width, whole_height in sorted(sizes):
            self.seen.append(
                f"The film shows a part of each picture, {width} by {height} of {whole_width} by {whole_height} pixels; the "
                "rest is cut off, and not looked at."
            )
        places = aligned(film, right)
        if places is not None:
            self._out_of_order(places, right, film, sources)
            self._changes, self._exact, self._covered = Changes(), True, []
            self._pass(places)
        self._recording()
        self._places()
        if places is None:
            self._times(sources)
            self.seen.insert(0, f"All {len(film)} pictures are there, each once and in order.")

    def _pass(
        self, places: Sequence[int | None] | None
    ) -> tuple[list[NDArray[np.uint16]], list[NDArray[np.uint16]], list[Source]]:
        """Compare each picture of the film with the one at its place; return signatures of both, and which
        frames the right ones are."""
        from highlight_cuts_cv.media.comparing.judging import changed_blocks
        from highlight_cuts_cv.media.comparing.pictures import Comparer, signature

        comparer = Comparer()
        film: list[NDArray[np.uint16]] = []
        right: list[NDArray[np.uint16]] = []
        sources: list[Source] = []
        wanted = Expected(self._parts, self._shown, self._see)
        total = self._shown.frame_count
        for number, frame in enumerate(raw_frames(clip_of(self._shown))):
            if self._watch.cancelled():
                raise CancelledError("The check was stopped.")
            self._watch.progress(min(number + 1, total), total)
            picture = picture_of(frame)
            film.append(signature(picture))
            place = number if places is None else places[number]
            expected = None if place is None else wanted.at(place)
            if expected is None:
                continue
            fitted = comparer.fitted(expected.picture, picture)
            difference = comparer(fitted, picture, expected.areas)
            if places is None:
                right.append(signature(fitted))
                sources.append((expected.part, expected.index))
            if not self._parts[expected.part].card:
                self._exact = self._exact and difference.exact
                self._covered.append(1 - float(difference.outside.mean()))
            self._changes.add(number, changed_blocks(difference))
        if places is None:
            for each in wanted.rest():
                right.append(signature(each.picture))
                sources.append((each.part, each.index))
        return film, right, sources

    def _see(self, part: int, index: int, picture: Any) -> None:
        if index in self._parts[part].pictures and (part, index) not in self._digests:
            self._digests[part, index] = picture_digest(picture, index)

    def _recording(self) -> None:
        """Whether the recordings are those that the film was made from."""
        if not any(made.pictures for made in self._parts):
            return
        others = [
            source
            for source, digest in self._digests.items()
            if digest != self._parts[source[0]].pictures[source[1]]
        ]
        for clip, frames in self._by_clip(others):
            self.wrong.append(
                f"{frames_told(clip, frames)} of {self._recording_name(clip)} {_verb(frames, 'is', 'are')} not what the film was made from."
            )
        if not others:
            one = len(self._recordings()) < 2
            self.seen.append(
                f"The {'recording is the one' if one else 'recordings are those'} that the film was made from: {len(self._digests)} "
                f"of {'its' if one else 'their'} pictures are the same."
            )

    def _recordings(self) -> set[Path]:
        return {made.clip.media.path for made in self._parts if not made.card}

    def _recording_name(self, clip: ClipInfo) -> str:
        return "the recording" if len(self._recordings()) < 2 else clip.media.path.name

    def _by_clip(self, sources: Sequence[Source]) -> list[tuple[ClipInfo, list[int]]]:
        """The frames of each clip, those of no recording left out."""
        found: dict[int, set[int]] = {}
        for part, index in sources:
            if not self._parts[part].card:
                found.setdefault(part, set()).add(index)
        return [(self._parts[part].clip, sorted(frames)) for part, frames in sorted(found.items())]

    def _places(self) -> None:
        found = self._changes.found
        for first, last in _runs(sorted(found))[:LISTED]:
            sides = [found[number] for number in range(first, last + 1)]
            left, top = (min(place[side] for place in sides) for side in (0, 1))
            right, bottom = (max(place[side] for place in sides) for side in (2, 3))
            self.wrong.append(
                f"{self._spoken(first, last)} {_verb(range(first, last + 1), 'differs', 'differ')} from the recording outside "
                f"the marker, between {left},{top} and {min(right, self._shown.width)},{min(bottom, self._shown.height)}."
            )
        if len(_runs(sorted(found))) > LISTED:
            self.wrong.append(f"So do {len(_runs(sorted(found))) - LISTED} more stretches.")
        if self._lossless and not self._exact and not found:
            self.wrong.append(
                "The film's codec loses nothing, and yet pictures differ from the recording's outside the marker."
            )
        elif not found:
            how = "the recording's to the bit" if self._exact else "the recording's within the encoder's loss"
            most = max(self._covered, default=0.0)
            self.seen.append(
                f"Outside the marker, which covers {100 * most:.0f}% of a picture at most, the pictures are {how}."
            )

    def _out_of_order(
        self,
        places: Sequence[int | None],
        right: Sequence[NDArray[np.uint16]],
        film: Sequence[NDArray[np.uint16]],
        sources: Sequence[Source],
    ) -> None:
        """Sentences for what is missing, twice there, not the recording's or elsewhere."""
        met: set[int] = set()
        highest = -1
        added: list[int] = []
        again: list[int] = []
        moved: list[int] = []

        def like_before(number: int) -> bool:
            return 0 < number < len(film) and bool(
                np.abs(film[number].astype(np.int32) - film[number - 1]).mean() < _THE_SAME
            )

        for number, place in enumerate(places):
            if place is None:  # of two that are the same, either may be the one put in
                twice = next((each for each in (number, number + 1) if like_before(each)), None)
                (added if twice is None else again).append(number if twice is None else twice)
            elif place in met:
                again.append(number)
            elif place < highest:
                moved.append(number)
            if place is not None:
                met.add(place)
                highest = max(highest, place)
        missing = [place for place in range(len(right)) if place not in met]
        for first, last in _runs(missing)[:LISTED]:
            lost = [sources[place] for place in range(first, last + 1)]
            for clip, frames in self._by_clip(lost):
                self.wrong.append(
                    f"{frames_told(clip, frames)} of {self._recording_name(clip)} {_verb(frames, 'is', 'are')} missing in the film."
                )
            if any(self._parts[part].card for part, _ in lost):
                self.wrong.append("Pictures of the title card are missing in the film.")
        for numbers, what in (
            (again, ("is shown once more", "are shown once more")),
            (added, ("is not the recording's", "are not the recording's")),
            (moved, ("comes later than in the recording", "come later than in the recording")),
        ):
            for first, last in _runs(numbers)[:LISTED]:
                self.wrong.append(f"{self._spoken(first, last)} {_verb(range(first, last + 1), *what)}.")

    def _times(self, sources: Sequence[Source]) -> None:
        """Whether each picture is shown when it should be, for films that keep the recording's times."""
        film = frame_times(clip_of(self._shown))[: len(sources)]
        parts = np.array([part for part, _ in sources])
        wrong: set[str] = set()
        for number, made in enumerate(self._parts):
            places = np.flatnonzero(parts == number)
            if made.fit is not None or not len(places):
                continue
            if made.cadence.rate is not None or made.cadence.freeze is not None:
                rate = made.cadence.rate or made.clip.rate
                if abs(self._shown.rate / rate - 1) > Fraction(1, 100):
                    wrong.add(
                        f"The film runs at {float(self._shown.rate):.6g} frames a second instead of {float(rate):.6g}."
                    )
                continue
            right = frame_times(made.clip)[[sources[int(place)][1] for place in places]]
            off = np.abs((film[places] - film[places[0]]) - (right - right[0]))
            late = off > max(float(_HALF / made.clip.rate), _LEAST_STEP)
            if late.any():
                first = int(np.argmax(late))
                at, due = film[places[first]], film[places[0]] + right[first] - right[0]
                wrong.add(
                    f"Picture {places[first]} of the film is shown at {at - film[0]:.2f} s instead of {due - film[0]:.2f} s."
                )
        self.wrong += sorted(wrong)

    def _spoken(self, first: int, last: int) -> str:
        rate = self._shown.rate
        if first == last:
            return f"Picture {first} of the film ({float(first / rate):.2f} s)"
        return f"The pictures {first} to {last} of the film ({float(first / rate):.2f} to {float((last + 1) / rate):.2f} s)"


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """(first, last) of the stretches without a gap in rising *numbers*."""
    if not numbers:
        return []
    breaks = [n for n, (a, b) in enumerate(pairwise(numbers)) if b != a + 1]
    starts, ends = [0, *(n + 1 for n in breaks)], [*breaks, len(numbers) - 1]
    return [(numbers[a], numbers[b]) for a, b in zip(starts, ends, strict=True)]


def frames_told(clip: ClipInfo, indexes: Sequence[int]) -> str:
    """Frames of the recording, counted from its first, with their times."""
    told = []
    for first, last in _runs(sorted(indexes))[:LISTED]:
        a, b = clip.first_frame + first, clip.first_frame + last
        rate = clip.rate
        told.append(
            f"{a} ({float(a / rate):.2f} s)"
            if a == b
            else f"{a} to {b} ({float(a / rate):.2f} to {float((b + 1) / rate):.2f} s)"
        )
    more = " and more" if len(_runs(sorted(indexes))) > LISTED else ""
    return f"{'Frame' if len(indexes) == 1 else 'The frames'} {', '.join(told)}{more}"


def _verb(items: Sequence[int] | range, one: str, several: str) -> str:
    return one if len(items) == 1 else several

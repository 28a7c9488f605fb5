"""A film's pictures against those that it should show, and what is wrong with them in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import Cadence, RawFrame, Watch
from highlight_cuts_cv.jobs.manifest import Area, Manifest
from highlight_cuts_cv.media import clip_of, frame_times, raw_frames
from highlight_cuts_cv.media.crops import cropped_frame
from highlight_cuts_cv.media.reading.digests import picture_digest
from highlight_cuts_cv.media.reading.raw import DecodedFrame
from highlight_cuts_cv.model import CancelledError, ClipInfo, Crop, MediaInfo, SpriteTrack
from highlight_cuts_cv.rendering.compositor import Compositor

LISTED = 12
"""Sentences of one kind; there may be as many as pictures."""
_MOST_LOST = 200
"""Pictures by which a film's number may be off for it to be told which."""
_THE_SAME = 64
"""256ths of an 8-bit step between the signatures of a picture and its copy."""
_HALF = Fraction(1, 2)
_LEAST_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Made:
    """What the film should be: a clip in a cadence, where it is drawn on, and which part of it is shown."""

    clip: ClipInfo
    cadence: Cadence
    areas: Mapping[int, Sequence[Area]]
    shades: SpriteTrack
    crop: Crop | None = None

    def areas_shown(self, index: int) -> Sequence[Area]:
        """Where the picture of frame *index* is drawn on, in pixels of what is shown of it."""
        areas = self.areas.get(index, ())
        if self.crop is None:
            return areas
        left = self.crop.left(index)
        return [(x1 - left, y1, x2 - left, y2) for x1, y1, x2, y2 in areas]


class Pictures:
    """The film's pictures against those it should show."""

    def __init__(self, made: Made, shown: MediaInfo, manifest: Manifest | None, watch: Watch) -> None:
        from highlight_cuts_cv.media.comparing.judging import Changes

        self._made, self._shown, self._manifest, self._watch = made, shown, manifest, watch
        self._compositor = Compositor(made.shades)
        self._digests: dict[int, str] = {}
        self._changes = Changes()
        self._exact = True
        self._covered: list[float] = []
        self._lossless = shown.codec in ("ffv1", "png", "qtrle", "rawvideo", "huffyuv", "utvideo")
        self.wrong: list[str] = []
        self.seen: list[str] = []

    def compare(self) -> None:
        """Fill ``wrong`` and ``seen``.  Raises BadInputError, JobFailedError, CancelledError."""
        from highlight_cuts_cv.media.comparing.judging import Changes, aligned

        film, right, sources = self._pass(None)
        if abs(len(film) - len(right)) > _MOST_LOST:
            self.wrong.append(f"The film has {len(film)} pictures and should have {len(right)}.")
            return
        if self._made.crop is not None:
            part, info = self._made.crop, self._made.clip.media
            self.seen.append(
                f"The film shows a part of each picture, {part.width} by {part.height} of {info.width} by {info.height} pixels; the "
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
    ) -> tuple[list[NDArray[np.uint16]], list[NDArray[np.uint16]], list[int]]:
        """Compare each picture of the film with the one at its place; return signatures of both, and which
        frames of the clip the right ones are."""
        from highlight_cuts_cv.media.comparing.judging import changed_blocks
        from highlight_cuts_cv.media.comparing.pictures import Comparer, signature

        made, whole = self._made, self._made.crop or self._made.clip.media
        comparer = Comparer((self._shown.width / whole.width, self._shown.height / whole.height))
        film: list[NDArray[np.uint16]] = []
        right: list[NDArray[np.uint16]] = []
        sources: list[int] = []
        wanted = _Expected(raw_frames(made.clip, made.cadence, self._see), self._compositor, made.crop)
        total = self._shown.frame_count
        for number, frame in enumerate(raw_frames(clip_of(self._shown))):
            if self._watch.cancelled():
                raise CancelledError("The check was stopped.")
            self._watch.progress(min(number + 1, total), total)
            picture = _picture(frame)
            film.append(signature(picture))
            place = number if places is None else places[number]
            expected = None if place is None else wanted.at(place)
            if expected is None:
                continue
            source, drawn = expected
            fitted = comparer.fitted(drawn, picture)
            difference = comparer(fitted, picture, made.areas_shown(source))
            if places is None:
                right.append(signature(fitted))
                sources.append(source)
            self._exact = self._exact and difference.exact
            self._covered.append(1 - float(difference.outside.mean()))
            self._changes.add(number, changed_blocks(difference))
        if places is None:
            for source, drawn in wanted.rest():
                right.append(signature(drawn))
                sources.append(source)
        return film, right, sources

    def _see(self, index: int, picture: Any) -> None:
        if self._manifest is not None and index in self._manifest.pictures and index not in self._digests:
            self._digests[index] = picture_digest(picture, index)

    def _recording(self) -> None:
        """Whether the recording is the one that the film was made from."""
        if self._manifest is None or not self._manifest.pictures:
            return
        others = [
            index for index, digest in self._digests.items() if digest != self._manifest.pictures[index]
        ]
        if others:
            self.wrong.append(
                f"{frames_told(self._made.clip, others)} of the recording {_verb(others, 'is', 'are')} not what the film was made from."
            )
        else:
            self.seen.append(
                f"The recording is the one that the film was made from: {len(self._digests)} of its pictures are the same."
            )

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
        sources: Sequence[int],
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
            frames = sorted({sources[place] for place in range(first, last + 1)})
            self.wrong.append(
                f"{frames_told(self._made.clip, frames)} of the recording {_verb(frames, 'is', 'are')} missing in the film."
            )
        for numbers, what in (
            (again, ("is shown once more", "are shown once more")),
            (added, ("is not the recording's", "are not the recording's")),
            (moved, ("comes later than in the recording", "come later than in the recording")),
        ):
            for first, last in _runs(numbers)[:LISTED]:
                self.wrong.append(f"{self._spoken(first, last)} {_verb(range(first, last + 1), *what)}.")

    def _times(self, sources: Sequence[int]) -> None:
        """Whether each picture is shown when it should be, for films that keep the recording's times."""
        made = self._made
        if made.cadence.rate is not None or made.cadence.freeze is not None:
            rate = made.cadence.rate or made.clip.rate
            if abs(self._shown.rate / rate - 1) > Fraction(1, 100):
                self.wrong.append(
                    f"The film runs at {float(self._shown.rate):.6g} frames a second instead of {float(rate):.6g}."
                )
            return
        right = frame_times(made.clip)[np.asarray(sources)]
        film = frame_times(clip_of(self._shown))[: len(right)]
        off = np.abs((film - film[0]) - (right - right[0]))
        late = off > max(float(_HALF / made.clip.rate), _LEAST_STEP)
        if late.any():
            first = int(np.argmax(late))
            self.wrong.append(
                f"Picture {first} of the film is shown at {film[first] - film[0]:.2f} s instead of {right[first] - right[0]:.2f} s."
            )

    def _spoken(self, first: int, last: int) -> str:
        rate = self._shown.rate
        if first == last:
            return f"Picture {first} of the film ({float(first / rate):.2f} s)"
        return f"The pictures {first} to {last} of the film ({float(first / rate):.2f} to {float((last + 1) / rate):.2f} s)"


class _Expected:
    """The right pictures, in order, each with the index of its frame in the clip; those before one are let go."""

    def __init__(self, frames: Iterator[RawFrame], compositor: Compositor, crop: Crop | None) -> None:
        self._frames, self._compositor, self._crop = frames, compositor, crop
        self._next = 0
        self._last: tuple[int, tuple[int, Any]] | None = None

    def at(self, place: int) -> tuple[int, Any] | None:
        """The one at *place*; ``None`` behind the end, or for one that was let go."""
        if self._last is not None and self._last[0] == place:
            return self._last[1]
        while self._next <= place:
            frame = next(self._frames, None)
            if frame is None:
                return None
            self._next += 1
            if self._next > place:
                self._last = place, self._drawn(frame)
                return self._last[1]
        return None

    def rest(self) -> Iterator[tuple[int, Any]]:
        for frame in self._frames:
            yield self._drawn(frame)

    def _drawn(self, frame: RawFrame) -> tuple[int, Any]:
        self._compositor.apply(frame)
        return frame.index, _picture(frame if self._crop is None else cropped_frame(frame, self._crop))


def _picture(frame: RawFrame) -> Any:
    assert isinstance(frame, DecodedFrame)
    return frame.picture


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

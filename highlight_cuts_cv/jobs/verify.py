"""Proof of honesty: a film shows the recording's pictures, all of them, in order, and nothing else is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from highlight_cuts_cv.contracts import UNWATCHED, Cadence, RawFrame, Watch
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.draw import draw
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.manifest import Area, Manifest, areas_of, file_digest, read_manifest
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.media import clip_of, frame_times, probe, raw_frames
from highlight_cuts_cv.media.reading.digests import picture_digest, sound_digests
from highlight_cuts_cv.media.reading.raw import DecodedFrame, freeze_span
from highlight_cuts_cv.media.reading.spans import clip_span
from highlight_cuts_cv.model import BadInputError, CancelledError, ClipInfo, MediaInfo, SpriteTrack
from highlight_cuts_cv.rendering.compositor import Compositor
from highlight_cuts_cv.tracking.files import track_over_clip

if TYPE_CHECKING:
    from highlight_cuts_cv.media.comparing.sound import Heard

_LISTED = 12
_MOST_LOST = 200
"""Pictures by which a film's number may be off for it to be told which."""
_THE_SAME = 64
"""256ths of an 8-bit step between the signatures of a picture and its copy."""
_HALF = Fraction(1, 2)
_LEAST_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found out about a film.

    ``wrong`` has a sentence for everything that is not the recording's, ``seen`` for what was seen to hold.
    ``frames`` are the film's.
    """

    wrong: tuple[str, ...]
    seen: tuple[str, ...]
    frames: int

    @property
    def honest(self) -> bool:
        """Whether nothing was found that is not the recording's."""
        return not self.wrong


@dataclass(frozen=True, slots=True)
class _Made:
    """What the film should be: a clip in a cadence, and where it is drawn on."""

    clip: ClipInfo
    cadence: Cadence
    areas: Mapping[int, Sequence[Area]]
    shades: SpriteTrack


def verify(
    recording: Path,
    film: Path,
    track: Path | None = None,
    frames: str | None = None,
    setup: Setup | None = None,
    watch: Watch = UNWATCHED,
) -> Verdict:
    """Compare *film* with the *recording* that it was made from.

    Which frames it shows, and where the marker lies, says its manifest; without one *frames* (START:END)
    and the *track* with the indicator of *setup* do.  A track that is given as well as a manifest must agree with it.
    Raises BadInputError for files that cannot be read or say too little, CancelledError.
    """
    manifest = read_manifest(film)
    shown = probe(film)
    if "a" in shown.pixel_format.removeprefix("gray").removeprefix("pal"):
        raise BadInputError(
            f"{film} is an overlay: it has the marker alone and no picture of the recording, so there is nothing to prove."
        )
    wrong: list[str] = []
    seen: list[str] = []
    if manifest is not None:
        if frames is not None:
            raise BadInputError(f"The manifest of {film} says which frames it shows; leave --range out.")
        made = _from_manifest(recording, film, manifest, wrong)
        if made is None:
            return Verdict(tuple(wrong), (), shown.frame_count)
        if file_digest(film) != manifest.film_digest:
            watch.warn(f"{film.name} is not the file that was rendered: it was written again since.")
        if track is not None:
            wrong += _marker_beside_the_player(made, track)
    elif track is None:
        raise BadInputError(
            f"{film} has no manifest beside it that says where its marker lies; give the player's --track."
        )
    else:
        made = _from_track(recording, shown, track, frames, setup or Setup(), watch)
    pictures = _Pictures(made, shown, manifest, watch)
    pictures.compare()
    wrong += pictures.wrong
    seen += pictures.seen
    _sound(made, shown, manifest, watch, wrong, seen)
    return Verdict(tuple(wrong), tuple(seen), shown.frame_count)


def _from_manifest(recording: Path, film: Path, manifest: Manifest, wrong: list[str]) -> _Made | None:
    info = probe(recording)
    stop = manifest.first_frame + manifest.frame_count
    if stop > info.frame_count:
        wrong.append(
            f"{film.name} was made from the frames {manifest.first_frame} to {stop - 1} of {manifest.recording}, "
            f"but {recording.name} has only {info.frame_count}: it is another recording."
        )
        return None
    clip = replace(clip_of(info, manifest.first_frame, stop), start_offset=manifest.start_offset)
    return _Made(clip, manifest.cadence, manifest.areas, SpriteTrack(shades=tuple(manifest.shades)))


def _from_track(
    recording: Path, shown: MediaInfo, track: Path, frames: str | None, setup: Setup, watch: Watch
) -> _Made:
    clip = video_clip(recording, frames)
    followed = track_over_clip(track, clip)
    with workbench(clip, setup) as bench:
        sprites = draw(bench, followed, setup, watch)
    same = shown.variable_rate or abs(clip.rate / shown.rate - 1) < Fraction(1, 100)
    return _Made(
        clip,
        Cadence() if same else Cadence(shown.rate),
        areas_of(sprites),
        SpriteTrack(shades=sprites.shades),
    )


def _marker_beside_the_player(made: _Made, track: Path) -> list[str]:
    """A sentence where something is drawn far from the followed player, as a patch over something else would be."""
    followed = track_over_clip(track, made.clip)
    far = []
    for index, areas in made.areas.items():
        box = followed.box(index)
        if box is None or index >= made.clip.frame_count:
            continue
        reach = max(box.x2 - box.x1, box.y2 - box.y1)
        near = (box.x1 - reach, box.y1 - reach, box.x2 + reach, box.y2 + reach)
        if not any(a[0] < near[2] and a[2] > near[0] and a[1] < near[3] and a[3] > near[1] for a in areas):
            far.append(index)
    if not far:
        return []
    return [f"What is drawn in {_frames(made.clip, far)} lies nowhere near the player of {track.name}."]


class _Pictures:
    """The film's pictures against those it should show."""

    def __init__(self, made: _Made, shown: MediaInfo, manifest: Manifest | None, watch: Watch) -> None:
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
        places = aligned(film, right)
        if places is not None:
            self._out_of_order(places, right, film, sources)
            self._changes, self._exact, self._covered = Changes(), True, []
            self._pass(places)
        self._recording()
        self._places(len(film))
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

        made, info = self._made, self._made.clip.media
        comparer = Comparer((self._shown.width / info.width, self._shown.height / info.height))
        film: list[NDArray[np.uint16]] = []
        right: list[NDArray[np.uint16]] = []
        sources: list[int] = []
        wanted = _Expected(raw_frames(made.clip, made.cadence, self._see), self._compositor)
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
            difference = comparer(comparer.fitted(drawn, picture), picture, made.areas.get(source, ()))
            if places is None:
                right.append(signature(comparer.fitted(drawn, picture)))
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
                f"{_frames(self._made.clip, others)} of the recording {_verb(others, 'is', 'are')} not what the film was made from."
            )
        else:
            self.seen.append(
                f"The recording is the one that the film was made from: {len(self._digests)} of its pictures are the same."
            )

    def _places(self, count: int) -> None:
        found = self._changes.found
        for first, last in _runs(sorted(found))[:_LISTED]:
            sides = [found[number] for number in range(first, last + 1)]
            left, top = (min(place[side] for place in sides) for side in (0, 1))
            right, bottom = (max(place[side] for place in sides) for side in (2, 3))
            self.wrong.append(
                f"{self._spoken(first, last)} {_verb(range(first, last + 1), 'differs', 'differ')} from the recording outside "
                f"the marker, between {left},{top} and {min(right, self._shown.width)},{min(bottom, self._shown.height)}."
            )
        if len(_runs(sorted(found))) > _LISTED:
            self.wrong.append(f"So do {len(_runs(sorted(found))) - _LISTED} more stretches.")
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
        for first, last in _runs(missing)[:_LISTED]:
            frames = sorted({sources[place] for place in range(first, last + 1)})
            self.wrong.append(
                f"{_frames(self._made.clip, frames)} of the recording {_verb(frames, 'is', 'are')} missing in the film."
            )
        for numbers, what in (
            (again, ("is shown once more", "are shown once more")),
            (added, ("is not the recording's", "are not the recording's")),
            (moved, ("comes later than in the recording", "come later than in the recording")),
        ):
            for first, last in _runs(numbers)[:_LISTED]:
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

    def __init__(self, frames: Iterator[RawFrame], compositor: Compositor) -> None:
        self._frames, self._compositor = frames, compositor
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
        return frame.index, _picture(frame)


def _picture(frame: RawFrame) -> Any:
    assert isinstance(frame, DecodedFrame)
    return frame.picture


def _sound(
    made: _Made, shown: MediaInfo, manifest: Manifest | None, watch: Watch, wrong: list[str], seen: list[str]
) -> None:
    from highlight_cuts_cv.media.comparing.sound import compare_sound

    recording, clip, cadence = made.clip.media, made.clip, made.cadence
    span = clip_span(clip, cadence.rate, cadence.frame_count)
    if manifest is not None and manifest.sound and sound_digests(recording, *span) != list(manifest.sound):
        wrong.append("The sound of the recording is not what the film was made from.")
    if not recording.audio:
        if shown.audio:
            wrong.append("The film has sound, and the recording has none.")
        return
    if len(shown.audio) < len(recording.audio):
        wrong.append(
            f"The film has {len(shown.audio) or 'no'} sound{'' if len(shown.audio) < 2 else 's'}, the recording {len(recording.audio)}."
        )
    elif len(shown.audio) > len(recording.audio):
        wrong.append(f"The film has {len(shown.audio)} sounds, the recording {len(recording.audio)}.")
    found = compare_sound(recording, span, shown, freeze_span(clip, cadence), watch.cancelled)
    for number, heard in enumerate(found, start=1):
        wrong += _heard(heard, f"sound {number}" if len(found) > 1 else "sound")
    if found and not any(heard.wrong or heard.late for heard in found):
        copied = all(heard.copied for heard in found)
        seen.append(
            "The sound is the recording's, packet by packet."
            if copied
            else "The sound was encoded again and is the recording's throughout."
        )


def _heard(heard: Heard, name: str) -> list[str]:
    if heard.late:
        how = "later" if heard.late > 0 else "earlier"
        return [f"The {name} of the film comes {abs(heard.late):.2f} s {how} than in the recording."]
    return [
        f"The {name} of the film is not the recording's from {start:.2f} to {stop:.2f} s."
        for start, stop in heard.wrong[:_LISTED]
    ]


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """(first, last) of the stretches without a gap in rising *numbers*."""
    if not numbers:
        return []
    breaks = [n for n, (a, b) in enumerate(pairwise(numbers)) if b != a + 1]
    starts, ends = [0, *(n + 1 for n in breaks)], [*breaks, len(numbers) - 1]
    return [(numbers[a], numbers[b]) for a, b in zip(starts, ends, strict=True)]


def _frames(clip: ClipInfo, indexes: Sequence[int]) -> str:
    """Frames of the recording, counted from its first, with their times."""
    told = []
    for first, last in _runs(sorted(indexes))[:_LISTED]:
        a, b = clip.first_frame + first, clip.first_frame + last
        rate = clip.rate
        told.append(
            f"{a} ({float(a / rate):.2f} s)"
            if a == b
            else f"{a} to {b} ({float(a / rate):.2f} to {float((b + 1) / rate):.2f} s)"
        )
    more = " and more" if len(_runs(sorted(indexes))) > _LISTED else ""
    return f"{'Frame' if len(indexes) == 1 else 'The frames'} {', '.join(told)}{more}"


def _verb(items: Sequence[int] | range, one: str, several: str) -> str:
    return one if len(items) == 1 else several

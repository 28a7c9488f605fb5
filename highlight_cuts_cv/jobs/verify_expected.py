"""The pictures that a film should have: one clip's, or those of all that it was joined from."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from highlight_cuts_cv.contracts import Cadence, RawFrame
from highlight_cuts_cv.jobs.joined_manifest import Fit
from highlight_cuts_cv.jobs.manifest import Area
from highlight_cuts_cv.media import raw_frames
from highlight_cuts_cv.media.crops import cropped_frame
from highlight_cuts_cv.media.fitted import fitted as scaled
from highlight_cuts_cv.media.fitted import new_scaler
from highlight_cuts_cv.media.joining.fitting import fitted, format_of, place_in
from highlight_cuts_cv.media.reading.raw import DecodedFrame
from highlight_cuts_cv.model import ClipInfo, Crop, MediaInfo, SpriteTrack
from highlight_cuts_cv.rendering.compositor import Compositor

Onlooker = Callable[[int, int, Any], None]
"""Is shown the number of a part, the index of a frame in its clip, and the picture as it was decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a film, or a part of one, should be: a clip in a cadence, where something is drawn, and which part of it is shown.

    ``drawn`` is what can be drawn again, ``areas`` where all else is drawn, by the frame's index.  ``pictures`` and
    ``sound`` are the digests of the recording, where they are known.  ``fit`` says how a part was fitted into a joined film,
    ``seconds`` how long it is in it (``None``: the film is this alone).  A ``card`` is no recording's.
    """

    clip: ClipInfo
    cadence: Cadence
    areas: Mapping[int, Sequence[Area]] = field(default_factory=dict)
    drawn: SpriteTrack = field(default_factory=SpriteTrack)
    crop: Crop | None = None
    pictures: Mapping[int, str] = field(default_factory=dict)
    sound: Sequence[str] = ()
    fit: Fit | None = None
    seconds: Fraction | None = None
    card: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """What is shown of the recording, in its pixels."""
        whole = self.crop or self.clip.media
        return whole.width, whole.height


@dataclass(frozen=True, slots=True)
class Right:
    """A right picture: an av.VideoFrame of which part and which frame of its clip, and where it is drawn on, in pixels of the film."""

    part: int
    index: int
    picture: Any
    areas: Sequence[Area]


class Expected:
    """The right pictures, in order; those before one that was asked for are let go."""

    def __init__(self, parts: Sequence[Made], film: MediaInfo, see: Onlooker) -> None:
        self._pictures = _all_pictures(parts, film, see)
        self._next = 0
        self._last: tuple[int, Right] | None = None

    def at(self, place: int) -> Right | None:
        """The one at *place*; ``None`` behind the end, or for one that was let go."""
        if self._last is not None and self._last[0] == place:
            return self._last[1]
        while self._next <= place:
            right = next(self._pictures, None)
            if right is None:
                return None
            self._next += 1
            if self._next > place:
                self._last = place, right
                return right
        return None

    def rest(self) -> Iterator[Right]:
        """All that were not asked for."""
        yield from self._pictures


def picture_of(frame: RawFrame) -> Any:
    """The av.VideoFrame of a decoded frame."""
    assert isinstance(frame, DecodedFrame)
    return frame.picture


def _all_pictures(parts: Sequence[Made], film: MediaInfo, see: Onlooker) -> Iterator[Right]:
    for number, made in enumerate(parts):

        def seen(index: int, picture: Any, number: int = number) -> None:
            see(number, index, picture)

        frames = _drawn(made, seen)
        if made.fit is None:
            scale = film.width / made.size[0], film.height / made.size[1]
            for frame in frames:
                yield Right(number, frame.index, picture_of(frame), _areas(made, frame.index, scale, (0, 0)))
        else:
            yield from _fitted(frames, made, made.fit, number, film)


def _drawn(made: Made, see: Callable[[int, Any], None]) -> Iterator[RawFrame]:
    compositor = Compositor(made.drawn)
    for frame in raw_frames(made.clip, made.cadence, see):
        compositor.apply(frame)
        yield frame if made.crop is None else cropped_frame(frame, made.crop)


def _fitted(
    frames: Iterator[RawFrame], made: Made, fit: Fit, number: int, film: MediaInfo
) -> Iterator[Right]:
    """As joining does it: into the size of the part's own film, then into the joined one's."""
    had, target = fit.format, format_of(film)
    left, top, width, height = place_in(had.width, had.height, had.sample_aspect_ratio, target)
    scale = width / made.size[0], height / made.size[1]
    info = replace(
        made.clip.media,
        width=had.width,
        height=had.height,
        sample_aspect_ratio=had.sample_aspect_ratio,
        rate=had.rate,
        pixel_format=had.pixel_format,
        interlaced=had.interlaced,
        color=had.color,
    )
    indexes: deque[int] = deque()

    def told() -> Iterator[RawFrame]:
        for frame in _shown(frames, fit):
            indexes.append(frame.index)
            yield frame

    for frame in fitted(told(), info, target):
        index = indexes.popleft()  # one comes out for each that goes in, some later
        yield Right(number, index, picture_of(frame), _areas(made, index, scale, (left, top)))


def _shown(frames: Iterator[RawFrame], fit: Fit) -> Iterator[RawFrame]:
    """A film's frames in its own format, at its own rate or those that are shown at another."""
    had = fit.format
    scaler = new_scaler()
    times = None if fit.shown is None else Counter(fit.shown)
    shown = 0
    for number, frame in enumerate(frames):
        picture = scaled(scaler, picture_of(frame), had.width, had.height, had.pixel_format)
        for _ in range(1 if times is None else times[number]):
            yield DecodedFrame(frame.index, shown, 1 / had.rate, had.color, picture, had.interlaced)
            shown += 1


def _areas(made: Made, index: int, scale: tuple[float, float], corner: tuple[int, int]) -> Sequence[Area]:
    """Where a frame is drawn on, in pixels of the film, in which it lies at *corner*."""
    cut = 0.0 if made.crop is None else made.crop.left(index)
    return [
        (
            (x1 - cut) * scale[0] + corner[0],
            y1 * scale[1] + corner[1],
            (x2 - cut) * scale[0] + corner[0],
            y2 * scale[1] + corner[1],
        )
        for x1, y1, x2, y2 in made.areas.get(index, ())
    ]

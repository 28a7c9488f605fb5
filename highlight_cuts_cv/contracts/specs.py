"""What hooks yield: each spec names a plugin's thing, tells its options and makes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from highlight_cuts_cv.contracts.delivering import Deliverer
from highlight_cuts_cv.contracts.drawing import Indicator
from highlight_cuts_cv.contracts.exporting import Exporter
from highlight_cuts_cv.contracts.following import Detector, Tracker
from highlight_cuts_cv.contracts.identifying import Identifier
from highlight_cuts_cv.contracts.options import Option, Options

_NAME = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spec:
    """A named thing and how to make it; ``create`` is given every option's value.

    Keep heavy imports inside ``create``.  Raises ValueError for a name that is not lower case
    letters and digits joined by ``.``, ``_`` or ``-``, or a repeated option.
    """

    name: str
    summary: str = ""
    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ValueError(
                f"the name {self.name!r} must be lower case letters and digits joined by '.', '_' or '-'"
            )
        names = [option.name for option in self.options]
        if len(set(names)) != len(names):
            raise ValueError(f"'{self.name}' declares an option twice")
        if not callable(getattr(self, "create", None)):
            raise ValueError(f"'{self.name}' has no callable 'create'")


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSpec(_Spec):
    """Names a detector and makes it."""

    create: Callable[[Options], Detector]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSpec(_Spec):
    """Names a tracker and makes it.

    ``needs_detections`` False skips the detector altogether; ``glimpses`` True says that the tracker can do without it for
    a moment, for a first answer that is shown while the clip is followed.  ``sure`` is the score, measured, from which on a
    box is right in nine of ten frames: below it the track is in doubt and its marker faded.  0 says that
    scores tell nothing of that.
    """

    create: Callable[[Options], Tracker]
    needs_detections: bool = True
    glimpses: bool = False
    sure: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorSpec(_Spec):
    """Names an indicator and makes it.  ``needs_motion`` True has the camera's motion worked out for it,
    which means decoding the clip.  ``shades`` True says that it dims the picture, so that its marker cannot be
    laid above one."""

    create: Callable[[Options], Indicator]
    needs_motion: bool = False
    shades: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterSpec(_Spec):
    """Names an exporter and makes it.

    ``suffix`` is that of its output, with the dot.  ``film`` False says that the output cannot stand
    in for the clip in a timeline: data, a script, an overlay.  ``freezes`` True says that it lets a
    picture stand still where the job asks for it, ``crops`` True that it writes a part of the pictures where it does.
    """

    create: Callable[[Options], Exporter]
    suffix: str = ".mp4"
    film: bool = True
    freezes: bool = False
    crops: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DelivererSpec(_Spec):
    """Names a deliverer and makes it.

    ``suffix`` is that of its output, with the dot.  ``overlays`` True has overlays made of the clips, instead of
    films with the marker in them.
    """

    create: Callable[[Options], Deliverer]
    suffix: str = ".txt"
    overlays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierSpec(_Spec):
    """Names an identifier and makes it."""

    create: Callable[[Options], Identifier]

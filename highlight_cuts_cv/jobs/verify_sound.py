"""A film's sound against that of what it was made from, and what is wrong with it in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from highlight_cuts_cv.contracts import Watch
from highlight_cuts_cv.jobs.verify_expected import Made
from highlight_cuts_cv.media.comparing.sound import Heard, compare_silence, compare_sound
from highlight_cuts_cv.media.reading.digests import sound_digests
from highlight_cuts_cv.media.reading.raw import freeze_span
from highlight_cuts_cv.media.reading.spans import clip_span
from highlight_cuts_cv.model import MediaInfo

LISTED = 12
"""Sentences of one kind; there may be as many as stretches."""


def check_sound(parts: Sequence[Made], shown: MediaInfo, watch: Watch) -> tuple[list[str], list[str]]:
    """What is wrong with the sound of a film that should be made of *parts*, and what was seen to hold.

    Raises BadInputError for what cannot be read, CancelledError.
    """
    wrong = [
        f"The sound of {'the recording' if len(parts) == 1 else made.clip.media.path.name} is not what the film was made from."
        for made in parts
        if made.sound and sound_digests(made.clip.media, *_span(made)) != list(made.sound)
    ]
    # A joined film has as many as the first part with any.
    wanted = next(
        (len(made.clip.media.audio) for made in parts if made.clip.media.audio and not made.card), 0
    )
    if not wanted:
        return wrong + (["The film has sound, and the recording has none."] if shown.audio else []), []
    if len(shown.audio) < wanted:
        several = "" if len(shown.audio) < 2 else "s"
        wrong.append(f"The film has {len(shown.audio) or 'no'} sound{several}, the recording {wanted}.")
    elif len(shown.audio) > wanted:
        wrong.append(f"The film has {len(shown.audio)} sounds, the recording {wanted}.")
    found: list[Heard] = []
    begin = Fraction(0)
    for made in parts:
        stretch = None if made.seconds is None else (begin, begin + made.seconds)
        for number, heard in _heard(made, shown, stretch, watch):
            name = f"sound {number + 1}" if min(wanted, len(shown.audio)) > 1 else "sound"
            where = "" if stretch is None else f", from {float(begin):.2f} s on,"
            wrong += _told(heard, name, where)
            found.append(heard)
        begin += made.seconds or 0
    if not found or any(heard.wrong or heard.late for heard in found):
        return wrong, []
    if all(heard.copied for heard in found):
        return wrong, ["The sound is the recording's, packet by packet."]
    again = "was encoded again and" if len(parts) == 1 else "was copied or encoded again and"
    return wrong, [f"The sound {again} is the recording's throughout."]


def _span(made: Made) -> tuple[Fraction, Fraction]:
    return clip_span(made.clip, made.cadence.rate, made.cadence.frame_count)


def _heard(
    made: Made, shown: MediaInfo, stretch: tuple[Fraction, Fraction] | None, watch: Watch
) -> list[tuple[int, Heard]]:
    """Each stream of the film with its number; what the recording does not have must be silent in a joined film."""
    found = []
    if not made.card:
        pause = freeze_span(made.clip, made.cadence)
        found = compare_sound(made.clip.media, _span(made), shown, pause, watch.cancelled, stretch)
    if stretch is not None:
        found += [
            compare_silence(shown, stretch, number, watch.cancelled)
            for number in range(len(found), len(shown.audio))
        ]
    return list(enumerate(found))


def _told(heard: Heard, name: str, where: str) -> list[str]:
    if heard.late:
        how = "later" if heard.late > 0 else "earlier"
        return [f"The {name} of the film{where} comes {abs(heard.late):.2f} s {how} than in the recording."]
    return [
        f"The {name} of the film is not the recording's from {start:.2f} to {stop:.2f} s."
        for start, stop in heard.wrong[:LISTED]
    ]

"""Putting a tracked render in a clip's place, and taking it out again.

The render is active under ``DEFAULT_MEDIA``; what the clip had stays as a second reference.  All
that is needed to go back is kept in the clip's metadata, so that a tracked timeline, even after
the user trimmed its clips, can be read and tracked again from the untouched media.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction

import opentimelineio as otio

from highlight_cuts_cv.model import BadInputError
from highlight_cuts_cv.timeline.keyframes import move_back, move_keyframes
from highlight_cuts_cv.timeline.marking import drop_marks
from highlight_cuts_cv.timeline.notes import NAMESPACE, note_of
from highlight_cuts_cv.timeline.times import exact_rate, float_rate, frame_range, nearest_frame, seconds

FREEZE = "intro"
"""The key, under our namespace, of clips in whose render a picture stands still."""
HANDLES = "handles"
"""The key, under our namespace, of clips whose render reaches beyond their cuts: by how many frames, before and after."""
_DEFAULT = otio.schema.Clip.DEFAULT_MEDIA_KEY
_ORIGINAL = "original"


def replace_media(
    clip: otio.schema.Clip,
    render: otio.schema.ExternalReference,
    source_range: otio.opentime.TimeRange,
    first: Fraction,
    rate: Fraction,
    metadata: Mapping[str, object],
) -> None:
    """Make *render* the clip's active media, showing *source_range* of it.

    *first* is the original source time, in seconds, of the render's first available frame; markers
    move along, in whole frames at *rate*, and so do keyframes of effects that are in source time.  *metadata* goes under our namespace, with the way back.
    """
    references = dict(clip.media_references())
    active = clip.active_media_reference_key
    displaced = None
    if _DEFAULT in references:
        displaced = _free_key(references)
        references[displaced] = references.pop(_DEFAULT)
    original = displaced if active == _DEFAULT else active
    begin = seconds(render.available_range.start_time)
    clip.metadata[NAMESPACE] = {
        **metadata,
        "original": {
            "reference": original,
            "displaced_default": displaced,
            "source_range": clip.source_range,
            "written_range": source_range,
            "effects": move_keyframes(clip, begin - first),
            "first": otio.opentime.RationalTime(float(first * rate), float_rate(rate)),
        },
    }
    _shift_markers(clip, begin - first, rate)
    references[_DEFAULT] = render
    clip.set_media_references(references, _DEFAULT)
    clip.source_range = source_range


def restore_originals(timeline: otio.schema.Timeline) -> dict[int, otio.schema.Clip]:
    """Undo :func:`replace_media` in every clip that still has its original reference.

    Clips with an intro stay as they are, since the other tracks made room for it.
    Returns copies of those clips as they were before, by their place among all clips.
    """
    tracked = {}
    for index, clip in enumerate(timeline.find_clips()):
        undone = clip.clone()
        try:
            restored = _restore(undone)
        except (BadInputError, otio.exceptions.OTIOError, LookupError, TypeError, ValueError, AttributeError):
            continue  # not as this tool wrote it: somebody else's business
        if restored:
            tracked[index] = clip
            parent = clip.parent()
            parent[parent.index(clip)] = undone
    return tracked


def _restore(clip: otio.schema.Clip) -> bool:
    """Undo :func:`replace_media`; whether there was something to undo."""
    ours = note_of(clip)
    back = ours.get("original")
    if back is None or FREEZE in ours or back.get("reference") not in clip.media_references():
        return False
    references = dict(clip.media_references())
    render = references.pop(_DEFAULT, None)
    if not isinstance(render, otio.schema.ExternalReference) or render.available_range is None:
        return False
    if clip.active_media_reference_key != _DEFAULT:
        return False
    shift = seconds(back["first"]) - seconds(render.available_range.start_time)
    now, written, was = clip.source_range, back["written_range"], back["source_range"]
    rate = exact_rate((was or written).start_time.rate)
    drop_marks(clip)
    _shift_markers(clip, shift, rate)
    move_back(clip, [int(index) for index in back.get("effects", ())], rate, shift)
    if now is None or now == written:
        clip.source_range = was
    else:  # trimmed by the user since
        start = nearest_frame(seconds(now.start_time) + shift, rate)
        clip.source_range = frame_range(start, nearest_frame(seconds(now.duration), rate), rate)
    active = back["reference"]
    if back["displaced_default"] in references:
        references[_DEFAULT] = references.pop(back["displaced_default"])
        active = _DEFAULT if active == back["displaced_default"] else active
    clip.set_media_references(references, active)
    del clip.metadata[NAMESPACE]
    return True


def _free_key(references: Mapping[str, object]) -> str:
    key, number = _ORIGINAL, 2
    while key in references:
        key, number = f"{_ORIGINAL}-{number}", number + 1
    return key


def _shift_markers(clip: otio.schema.Clip, offset: Fraction, rate: Fraction) -> None:
    """Move the clip's markers, which are in source time, so that they stay on their pictures."""
    for marker in clip.markers:
        marked = marker.marked_range
        with suppress(BadInputError):  # one at no time stays there
            start = nearest_frame(seconds(marked.start_time) + offset, rate)
            marker.marked_range = frame_range(start, nearest_frame(seconds(marked.duration), rate), rate)

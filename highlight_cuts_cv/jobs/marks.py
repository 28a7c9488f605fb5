"""What a followed clip is marked with in the editor: who it shows, how sure that is, and where to look."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from highlight_cuts_cv.model import ClipInfo, Mark, Track


def clip_marks(
    clip: ClipInfo, tracks: Mapping[str, Track], rate: Fraction, frame_count: int, begin: int = 0
) -> list[Mark]:
    """A mark for each player (by name) of the whole clip, and one for each doubtful stretch, in frames of
    the clip's render: *frame_count* at *rate*, seen from *begin* on."""
    marks = []
    for player, track in tracks.items():
        shown = track.scores[track.visible]
        sure = (
            f"{float(shown.mean()):.0%} sure, shown in {track.coverage:.0%}" if len(shown) else "never shown"
        )
        marks.append(Mark(begin, 1, f"{player}: {sure}" if player else sure[0].upper() + sure[1:]))
        for doubt in track.doubts:
            start = min(int(doubt.start / clip.rate * rate), frame_count - 1)
            stop = min(max(int(doubt.stop / clip.rate * rate), start + 1), frame_count)
            what = "in doubt" if track.shows(doubt) else "lost"
            text = f"{player or 'The player'} is {what}: {doubt.why}"
            marks.append(Mark(start, stop - start, text, doubtful=True))
    return marks

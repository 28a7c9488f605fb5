"""What ``hccv run`` says of a reel, and the sheet of its pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from highlight_cuts_cv.faces.console import say, say_error, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from highlight_cuts_cv.faces.reels import Reel
    from highlight_cuts_cv.jobs.filling import Filled
    from highlight_cuts_cv.jobs.remembered import Outcome
    from highlight_cuts_cv.timeline import Timeline


def tell(reel: Reel, outcome: Outcome, filled: Sequence[Filled]) -> None:
    """Say what came of a *reel*, and write the sheet of pictures, where one is asked for."""
    from highlight_cuts_cv.faces.filled import fillings_told

    wish = reel.wish
    if reel.whose:
        say(f"{reel.whose}:")
    _show(outcome, reel.read, reel.whose)
    for sentence in fillings_told([replace(one, player=one.player or reel.whose) for one in filled]):
        say(sentence)
    if wish.sheet is not None:
        from highlight_cuts_cv.faces.pictures import write_picture
        from highlight_cuts_cv.faces.sheet import marked_sheet

        write_picture(wish.sheet, marked_sheet(reel.read, outcome.results))
    written = [reel.target.with_name(outcome.path.name), *filter(None, (wish.film, wish.sheet))]
    say(f"Wrote {' and '.join(map(str, written))}.")
    for clip_id, reason in outcome.failed.items():
        whose = f"{reel.whose}@" if reel.whose else ""
        say_error(f"'{whose}{clip_id}' was left as it is: {reason}")


def _show(outcome: Outcome, timeline: Timeline, owner: str) -> None:
    from highlight_cuts_cv.faces.doubts import doubts_told
    from highlight_cuts_cv.jobs.clip import media_clip

    rows = [
        (
            result.clip_id,
            player,
            f"{track.coverage:.0%} of the frames",
            f"{result.render}{'' if result.clip_id in outcome.made else '  (as before)'}",
        )
        for result in outcome.results
        for player, track in result.tracks.items()
    ]
    if any(player for _, player, *_ in rows):
        table(("clip", "player", "shown", "render"), rows)
    else:
        table(("clip", "shown", "render"), [(clip, *rest) for clip, _, *rest in rows])
    for result in outcome.results:
        clip = media_clip(timeline.clip(result.clip_id))
        for player, track in result.tracks.items():
            named = player or owner
            whose = f"{named}@{result.clip_id}" if named else result.clip_id
            for sentence in doubts_told(track, clip, whose=f"{whose}="):
                say(f"{whose}: {sentence}")

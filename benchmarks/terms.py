"""Why the default tracker followed or lost the player: the terms of every frame of one clip.

    python benchmarks/terms.py VIDEO --pick FRAME:X,Y[,W,H] --range START:END --svg terms.svg
    python benchmarks/terms.py VIDEO --pick FRAME:X,Y --set decision.accept=0.4
    python benchmarks/terms.py --settings

Prints a line for every look: what spoke for the best candidate (response, motion, detector, scale) and
against it (colours, missing), their sum, what was needed, the best other candidate, and why the player
was lost.  ``--set`` changes a setting, ``--settings`` lists them all.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from command_line import plain_parser
from hccv_follow.record import FrameTerms, Record, Stretch
from hccv_follow.settings import Settings
from hccv_follow.tracker import FollowTracker
from hccv_follow.tuning import changed, listed

from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.follow import follow
from highlight_cuts_cv.jobs.setup import Choice, Setup
from highlight_cuts_cv.tracking.picks import parse_pick
from highlight_cuts_cv.tracking.thinning import kept_frames

HEADER = (
    "frame follower   response motion detect  scale colour missing |   sum  needed  other  lost  size  reason"
)
_STEP, _HEIGHT, _LEFT = 4, 200, 40


def line(look: FrameTerms) -> str:
    """One look, as a line below HEADER."""
    best, verdict = look.best, look.verdict
    start = f"{look.frame:5} {look.follower:10}"
    if best is None:
        terms, total = " " * 47, " " * 6
    else:
        t = best.terms
        terms = (
            f"{t.response:8.2f} {t.motion:6.2f} {t.detector:6.2f} {t.scale:6.2f} "
            f"{-t.colours:6.2f} {-t.missing:7.2f}"
        )
        total = f"{best.total:6.2f}"
    other = "     -" if look.rival is None else f"{look.rival:6.2f}"
    rest = f"{verdict.needed:7.2f} {other} {look.lost:5} {look.size:5.0f}  {verdict.reason}"
    return f"{start}{terms} |{total} {rest}".rstrip()


def draw(stretch: Stretch) -> str:
    """An SVG picture of a stretch: evidence in green, what was needed dashed, the best other in orange, losses red."""
    frames = [look.frame for look in stretch.frames]
    first, last = (min(frames), max(frames)) if frames else (0, 0)
    width = _LEFT + _STEP * (last - first + 2)

    def at(frame: int, value: float) -> str:
        return f"{_LEFT + _STEP * (frame - first)},{_HEIGHT * (1 - min(max(value, 0.0), 1.2) / 1.2) + 5:.1f}"

    def curve(points: Mapping[int, float], style: str) -> str:
        places = " ".join(at(frame, value) for frame, value in points.items())
        return f'<polyline points="{places}" fill="none" {style}/>'

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT + 30}" '
        'font-family="sans-serif" font-size="10">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    # The patient half's looks would be drawn over the eager one's.
    looks = [look for look in stretch.frames if look.follower != "patient"]
    for look in looks:
        if look.verdict.chosen is None:
            left = _LEFT + _STEP * (look.frame - first)
            lines.append(
                f'<rect x="{left}" y="5" width="{_STEP}" height="{_HEIGHT}" fill="#f8d7da">'
                f"<title>{look.frame}: {look.verdict.reason}</title></rect>"
            )
    others = {look.frame: look.rival for look in looks if look.rival is not None}
    lines.append(curve(others, 'stroke="#ef6c00"'))
    lines.append(
        curve({look.frame: look.verdict.needed for look in looks}, 'stroke="#555" stroke-dasharray="4 2"')
    )
    sums = {look.frame: look.best.total for look in looks if look.best is not None}
    lines.append(curve(sums, 'stroke="#2e7d32" stroke-width="2"'))
    for value in (0.0, 0.5, 1.0):
        lines.append(f'<text x="2" y="{at(0, value).split(",")[1]}">{value:.1f}</text>')
    lines.append(f'<text x="{_LEFT}" y="{_HEIGHT + 22}">frames {first} to {last}</text>')
    return "\n".join([*lines, "</svg>", ""])


def wanted_settings(given: Sequence[str]) -> Settings:
    """The defaults with ``name=value`` changes."""
    pairs = (change.partition("=") for change in given)
    return changed(Settings(), **{name: float(value) for name, _, value in pairs})


def recorded(video: Path, picks: Sequence[str], part: str | None, settings: Settings) -> Record:
    """Follow the picks' player and keep the terms of every look."""
    record = Record()
    clip = video_clip(video, part)
    setup = Setup(tracker=Choice("follow"))
    wanted = [parse_pick(pick).in_frames(video_clip(video)).shifted(-clip.first_frame) for pick in picks]
    with patch("hccv_follow.tracker.FollowTracker", lambda: FollowTracker(settings, record)):
        follow(clip, wanted, setup)
    # following counts the range's frames, or only those that it looks at; whoever reads this the recording's
    kept, _ = kept_frames(clip, [pick.frame_index for pick in wanted])
    frames = np.concatenate([[-1], kept, [clip.frame_count]]) + clip.first_frame
    for stretch in record.stretches:
        stretch.start, stretch.stop = int(frames[stretch.start + 1]), int(frames[stretch.stop + 1])
        stretch.frames = [replace(look, frame=int(frames[look.frame + 1])) for look in stretch.frames]
    return record


def main(arguments: Sequence[str] | None = None) -> None:
    parser = plain_parser(__doc__)
    parser.add_argument("video", type=Path, nargs="?")
    parser.add_argument("--pick", action="append", help="as for hccv track; may be given several times")
    parser.add_argument("--range", help="START:END, as for hccv track")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting")
    parser.add_argument("--settings", action="store_true", help="list all settings and stop")
    parser.add_argument("--svg", type=Path, help="draw the first stretch here")
    args = parser.parse_args(arguments)
    settings = wanted_settings(args.set)
    if args.settings:
        for name, value, effect in listed(settings):
            print(f"{name:28} {value:<8g} {effect}")
        return
    if args.video is None or not args.pick:
        parser.error("A video and a pick are needed.")
    record = recorded(args.video, args.pick, args.range, settings)
    for stretch in record.stretches:
        print(f"# frames {stretch.start} to {stretch.stop}{', back to check' if stretch.back else ''}")
        print(HEADER)
        for look in stretch.frames:
            print(line(look))
    if args.svg is not None:
        args.svg.write_text(draw(record.stretches[0]))


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:  # whoever read has seen enough, as `head` does
        sys.stdout = None

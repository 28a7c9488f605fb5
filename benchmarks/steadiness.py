"""How steady is the marker, does it overshoot and does it lag?

    python benchmarks/steadiness.py [FOOTAGE] --tracker follow --tracker csrt

What is measured is the middle of the default indicator as it is drawn, after all smoothing, and for
comparison the middle of the tracker's box (lost frames interpolated).  The clips are made of real pictures, so that the true
path is known to a fraction of a pixel; each is encoded with x264 and has sensor noise of its own in
each frame:

- *still*: one picture for three seconds.  **Jitter**: RMS of the position, high-pass above 2 Hz, in
  per cent of the picture's diagonal.
- *hand-held*: the same picture, moved by a known shake (0.3 to 5 Hz, half a per cent of the diagonal)
  with sub-pixel warps.  Jitter of the position against the known path.
- *stop*: the player, cut out, runs three body heights a second over the same ground without the
  player, stops dead and stands.  **Overshoot**: how far the marker gets beyond where it comes to
  rest, and **cut**: how far it is off at most while starting and stopping, both in per cent of the
  player's height; **lag**: how late it is while running, in milliseconds (negative: early).

Without FOOTAGE the pictures are those of the embedded clip; with it, of the first frame of each
sequence's first target (``targets.csv`` and ``gt.txt`` as for accuracy.py).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean

import cv2
import numpy as np
from command_line import footage_parser, wanted_targets, write_json
from filming import with_noise, write_clip
from scoring import read_truth

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import detect_frame, video_clip
from highlight_cuts_cv.jobs.draw import draw
from highlight_cuts_cv.jobs.follow import follow_on, workbench
from highlight_cuts_cv.jobs.setup import DEFAULT_TRACKER, Setup, parse_choice
from highlight_cuts_cv.media import clip_of, open_frames, probe
from highlight_cuts_cv.model import BoundingBox, ByteArray, ClipInfo, Track
from highlight_cuts_cv.tracking.picks import Pick

RATE = Fraction(30)
STILL_FRAMES = 90
NOISE = 3.0
SHAKE = 0.005
SPEED = 3.0
RUN_FRAMES, REST_FRAMES = 30, 30
HIGH_PASS_HERTZ = 2.0
DEMO_FRAME = 60
DEMO_PLAYERS = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture with a player in it: ``box`` is x1, y1, x2, y2."""

    name: str
    picture: ByteArray
    box: tuple[float, float, float, float]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class Figures:
    """One scene measured; per cent of the diagonal or of the player's height, milliseconds; NaN where lost."""

    scene: str
    still: float
    still_box: float
    hand_held: float
    hand_held_box: float
    overshoot: float
    cut: float
    lag: float
    shown: float


def main(arguments: Sequence[str] | None = None) -> int:
    args = footage_parser(__doc__, needed=False).parse_args(arguments)
    scenes = list(demo_scenes()) if args.footage is None else list(footage_scenes(args.footage, args.only))
    figures: dict[str, list[Figures]] = {}
    for tracker in args.tracker or [DEFAULT_TRACKER]:
        setup = Setup(tracker=parse_choice(tracker))
        figures[tracker] = []
        for scene in scenes:
            figures[tracker].append(measure(scene, setup))
            print(f"{tracker} {scene.name}", file=sys.stderr, flush=True)
        print(table(tracker, figures[tracker]), flush=True)
    write_json(args.json, figures)
    return 0


def demo_scenes() -> Iterator[Scene]:
    """The largest people of a frame of the embedded clip."""
    frame, found = detect_frame(demo_clip(), DEMO_FRAME, Setup().detector)
    boxes = sorted(found.boxes(), key=lambda box: -box.height)[:DEMO_PLAYERS]
    for number, box in enumerate(boxes, start=1):
        yield Scene(f"demo-{number}", frame.bgr, box.as_xyxy())


def footage_scenes(footage: Path, only: frozenset[str]) -> Iterator[Scene]:
    """The first frame of each sequence's first target."""
    seen: set[str] = set()
    for target in wanted_targets(footage, only):
        if target.sequence in seen:
            continue
        seen.add(target.sequence)
        folder = footage / target.sequence
        left, top, width, height = read_truth(folder / "gt.txt", target.player)[target.start]
        with open_frames(video_clip(folder / "video.mp4")) as frames:
            picture = frames[target.start - 1].bgr
        even = picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2]
        yield Scene(target.sequence, even, (left, top, left + width, top + height))


def measure(scene: Scene, setup: Setup) -> Figures:
    """Make the scene's three clips, follow the player in each and measure."""
    rows, columns = scene.picture.shape[:2]
    percent = 100 / float(np.hypot(rows, columns))
    with tempfile.TemporaryDirectory() as folder:
        clip, path = still_clip(Path(folder) / "still.mp4", scene)
        marker, box, shares = [], [], []
        for made in ((clip, path), shaken_clip(Path(folder) / "shaken.mp4", scene)):
            clip, path = made
            track, drawn = followed(clip, scene, setup)
            middles = without_gaps(np.asarray((track.xyxy[:, :2] + track.xyxy[:, 2:]) / 2, np.float64))
            marker.append(percent * jitter(drawn - path))
            box.append(percent * jitter(middles - path))
            shares.append(track.coverage)
        clip, path = stop_clip(Path(folder) / "stop.mp4", scene)
        track, drawn = followed(clip, scene, setup)
        shares.append(track.coverage)
        overshoot, cut, lag = stopping(drawn, path, scene.height)
    return Figures(scene.name, marker[0], box[0], marker[1], box[1], overshoot, cut, lag, fmean(shares))


def followed(clip: ClipInfo, scene: Scene, setup: Setup) -> tuple[Track, np.ndarray]:
    """The track from a pick in the first frame, and (F, 2) the middle of the marker, NaN where none shows."""
    with workbench(clip, setup) as bench:
        track = follow_on(bench, [Pick(0, box=BoundingBox(*scene.box))], setup)
        sprites = draw(bench, track, setup)
    drawn = np.full((len(track), 2), np.nan)
    for placement in sprites.placements:
        rows, columns = placement.sprite.rgba.shape[:2]
        drawn[placement.frame_index] = placement.x + columns / 2, placement.y + rows / 2
    return track, drawn


def without_gaps(path: np.ndarray) -> np.ndarray:
    """The path (F, 2) with its NaN rows interpolated."""
    known = np.flatnonzero(np.isfinite(path[:, 0]))
    return np.column_stack([np.interp(np.arange(len(path)), known, column[known]) for column in path.T])


def jitter(path: np.ndarray) -> float:
    """RMS distance of a path (F, 2) from itself without what moves faster than :data:`HIGH_PASS_HERTZ`.

    NaN where the path has gaps: a marker that is not there cannot be called steady.
    """
    if np.isnan(path).any():
        return float("nan")
    count = len(path)
    # Mirrored at the end, so that the ends meet and no step is seen there.
    waves = np.fft.rfft(np.concatenate([path, path[::-1]]), axis=0)
    waves[np.fft.rfftfreq(2 * count, 1 / float(RATE)) < HIGH_PASS_HERTZ] = 0
    fast = np.fft.irfft(waves, 2 * count, axis=0)[:count]
    return float(np.sqrt((fast**2).sum(axis=1).mean()))


def stopping(drawn: np.ndarray, path: np.ndarray, height: float) -> tuple[float, float, float]:
    """Overshoot and cut in per cent of *height*, and lag in ms, of a marker on a player who runs and stops.

    *path* (F, 2) is the player's.  The run is REST, RUN, REST frames, along x.
    """
    if np.isnan(drawn).any():
        return float("nan"), float("nan"), float("nan")
    start, stop = REST_FRAMES, REST_FRAMES + RUN_FRAMES
    way = np.sign(path[stop, 0] - path[start, 0])
    offset = way * (drawn[:, 0] - path[:, 0])
    before, after = np.median(offset[: start - 8]), np.median(offset[-REST_FRAMES // 2 :])
    overshoot = max(0.0, float(offset[stop : stop + REST_FRAMES // 2].max() - after))
    # The marker's place on a player may differ a little between both rests: that is no overshoot.
    expected = np.interp(np.arange(len(path)), [start, stop], [before, after])
    cut = float(np.abs(offset - expected)[start - 6 : stop + REST_FRAMES // 2].max())
    speed = abs(path[stop, 0] - path[start, 0]) / RUN_FRAMES
    steady = slice(start + 10, stop - 10)
    lag = -float((offset - expected)[steady].mean()) / speed * 1000 / float(RATE)
    return 100 * overshoot / height, 100 * cut / height, lag


def still_clip(output: Path, scene: Scene) -> tuple[ClipInfo, np.ndarray]:
    """The scene's picture again and again; the path (F, 2) is zero."""
    random = np.random.default_rng(1)
    write_clip(output, (with_noise(scene.picture, random, NOISE) for _ in range(STILL_FRAMES)), RATE)
    return clip_of(probe(output)), np.zeros((STILL_FRAMES, 2))


def shaken_clip(output: Path, scene: Scene) -> tuple[ClipInfo, np.ndarray]:
    """The scene's picture under a hand's shake, which is zero in the first frame."""
    random = np.random.default_rng(2)
    rows, columns = scene.picture.shape[:2]
    time = np.arange(STILL_FRAMES) / float(RATE)
    path = np.zeros((STILL_FRAMES, 2))
    for hertz in (0.3, 0.7, 1.3, 2.3, 3.7, 5.0):
        # A hand's tremor falls with the frequency.
        waves = np.sin(2 * np.pi * (hertz * time[:, None] + random.random(2))) / (1 + hertz)
        path += waves * SHAKE * np.hypot(rows, columns)
    path -= path[0]

    def pictures() -> Iterator[np.ndarray]:
        for x, y in path:
            moved = cv2.warpAffine(
                scene.picture,
                np.array([[1, 0, x], [0, 1, y]]),
                (columns, rows),
                flags=cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REFLECT,
            )
            yield with_noise(moved, random, NOISE)

    write_clip(output, pictures(), RATE)
    return clip_of(probe(output)), path


def stop_clip(output: Path, scene: Scene) -> tuple[ClipInfo, np.ndarray]:
    """The player, cut out, stands, runs towards the picture's wider side, stops dead and stands."""
    random = np.random.default_rng(3)
    columns = scene.picture.shape[1]
    middle = (scene.box[0] + scene.box[2]) / 2
    way = 1 if middle < columns / 2 else -1
    room = (columns - scene.box[2] if way > 0 else scene.box[0]) - 4
    distance = min(SPEED * scene.height * RUN_FRAMES / float(RATE), room)
    steps = np.clip(np.arange(2 * REST_FRAMES + RUN_FRAMES) - REST_FRAMES, 0, RUN_FRAMES) / RUN_FRAMES
    path = np.column_stack([way * distance * steps, np.zeros(len(steps))])
    ground, cut, alpha = cut_out(scene)

    def pictures() -> Iterator[np.ndarray]:
        for x, _ in path:
            shift = np.array([[1, 0, x], [0, 1, 0]])
            size = (columns, scene.picture.shape[0])
            share = cv2.warpAffine(alpha, shift, size, flags=cv2.INTER_LINEAR)[..., None]
            moved = cv2.warpAffine(cut, shift, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            yield with_noise(ground * (1 - share) + moved * share, random, NOISE)

    write_clip(output, pictures(), RATE)
    return clip_of(probe(output)), path


def cut_out(scene: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The picture without the player, the picture, and the player's (H, W) float32 alpha.

    The player is found by GrabCut; the ground is continued from around the hole, with its grain.
    """
    rows, columns = scene.picture.shape[:2]
    x1, y1, x2, y2 = (round(value) for value in scene.box)
    marks = np.full((rows, columns), cv2.GC_BGD, np.uint8)
    marks[max(0, y1) : y2, max(0, x1) : x2] = cv2.GC_PR_FGD
    inset_x, inset_y = round(0.35 * (x2 - x1)), round(0.2 * (y2 - y1))
    marks[y1 + inset_y : y2 - inset_y, x1 + inset_x : x2 - inset_x] = cv2.GC_FGD
    cv2.setRNGSeed(1)
    cv2.grabCut(
        scene.picture, marks, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK
    )
    player = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.uint8)
    hole = cv2.dilate(player, np.ones((5, 5), np.uint8), iterations=2)
    ground = cv2.inpaint(scene.picture, hole, 5, cv2.INPAINT_TELEA).astype(np.float32)
    return ground, scene.picture.astype(np.float32), cv2.GaussianBlur(player.astype(np.float32), (0, 0), 0.7)


def table(tracker: str, figures: Sequence[Figures]) -> str:
    """A Markdown table by scene, with the means of what could be measured."""
    names = ("still", "still_box", "hand_held", "hand_held_box", "overshoot", "cut", "lag", "shown")
    lines = [
        f"\n### {tracker}\n",
        "| scene | still: marker % | box % | hand-held: marker % | box % | overshoot % | cut % | lag ms | shown |",
        "| --- |" + " ---: |" * len(names),
    ]
    values = np.array([[getattr(one, name) for name in names] for one in figures])
    rows = [(one.scene, row) for one, row in zip(figures, values, strict=True)]
    known = np.isfinite(values)
    totals = np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    for name, row in [*rows, ("**mean**", np.where(known.any(axis=0), totals, np.nan))]:
        formats = ("{:.3f}",) * 4 + ("{:.1f}",) * 2 + ("{:.0f}", "{:.2f}")
        cells = [
            form.format(value) if np.isfinite(value) else "lost"
            for form, value in zip(formats, row, strict=True)
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())

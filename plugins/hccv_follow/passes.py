"""Which stretches are followed from which pick, and what is known of them already.

A pass runs from a pick's frame, in one direction, to the next pick or the clip's end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hccv_follow.duel import DuelSettings
from hccv_follow.path import AGREE_IOU, Path, iou
from hccv_follow.settings import Settings
from hccv_follow.tuning import listed
from highlight_cuts_cv.api import Anchor, TrackStore


@dataclass(frozen=True, slots=True)
class Pass:
    """From frame ``start``, where the player is in ``box`` (xyxy), to ``stop`` (excluded), below start when backward."""

    start: int
    stop: int
    box: tuple[float, float, float, float]

    @property
    def way(self) -> int:
        """1 forward, -1 backward."""
        return 1 if self.stop > self.start else -1

    @property
    def order(self) -> NDArray[np.int64]:
        """Its frames in the order followed."""
        return np.arange(self.start, self.stop, self.way)


def planned(anchors: Sequence[Anchor], count: int) -> list[Pass]:
    """All passes, in the order of the anchors; a pass ends at the next anchor, for what lies beyond is that one's."""
    passes = []
    for place, anchor in enumerate(anchors):
        if anchor.box is None:
            continue
        before = anchors[place - 1].frame_index if place else -1
        after = anchors[place + 1].frame_index if place + 1 < len(anchors) else count
        box = anchor.box.as_xyxy()
        if anchor.frame_index > before + 1:
            passes.append(Pass(anchor.frame_index, before, box))
        passes.append(Pass(anchor.frame_index, after, box))
    return passes


def paired(passes: Sequence[Pass]) -> Iterator[tuple[Pass | None, Pass | None]]:
    """Passes that run towards each other over the same frames, as (forward, backward)."""
    forward: Pass | None = None
    for one in passes:
        if one.way > 0:
            if forward is not None:
                yield forward, None
            forward = one
        elif forward is not None and forward.stop == one.start:
            yield forward, one
            forward = None
        else:
            if forward is not None:
                yield forward, None
                forward = None
            yield None, one
    if forward is not None:
        yield forward, None


class Known:
    """Passes followed before, in this run or an earlier one."""

    def __init__(self, count: int, store: TrackStore | None, settings: Settings | None = None) -> None:
        self._count, self._store = count, store
        self._s = settings or Settings()
        # what was found with other settings is not this
        usual = dict((name, value) for name, value, _ in listed(Settings()))
        other = [f"{name}={value}" for name, value, _ in listed(self._s) if value != usual[name]]
        self._kind = "".join(f" {change}" for change in other)
        self._paths: dict[tuple[int, int, tuple[float, ...]], tuple[int, Path]] = {}

    def look_up(self, passes: Sequence[Pass]) -> None:
        """Fetch what an earlier run kept of *passes*."""
        for one in passes:
            stored = None if self._store is None else self._store.load(self._name(one))
            if stored is not None and stored["boxes"].shape == (self._count, 4):
                boxes, scores = stored["boxes"].astype(np.float64), stored["scores"].astype(np.float64)
                path = Path(boxes, scores, seen=stored["seen"].astype(np.float64))
                self._paths[_key(one)] = int(stored["stop"]), path

    def get(self, one: Pass) -> Path | None:
        """The pass's path, when it is known as far as asked."""
        stop, path = self._paths.get(_key(one), (one.start, None))
        if path is None or (stop - one.stop) * one.way < 0:
            return None
        return path.part(one.order)

    def add(self, one: Pass, path: Path) -> None:
        """Keep a pass's path, here and for later runs."""
        self._paths[_key(one)] = one.stop, path
        if self._store is not None:
            arrays = {"boxes": path.boxes, "scores": path.scores, "seen": path.seen}
            self._store.save(self._name(one), {**arrays, "stop": np.array(one.stop)})

    def guides(self, one: Pass, rate: float) -> list[Guide]:
        """The known paths that *one* could run into."""
        return [
            Guide(path, _trusted(path, start, stop, one, self._s.duel.doubted), rate, self._s.duel)
            for (start, _, _), (stop, path) in self._paths.items()
        ]

    def rivals(self, one: Pass) -> list[Path]:
        """The known paths from other picks that run the same way through where *one* begins, in its frames."""
        return [
            path.part(one.order)
            for (start, way, _), (stop, path) in self._paths.items()
            if way == one.way and (one.start - start) * way > 0 and (stop - one.start) * way > 1
        ]

    def _name(self, one: Pass) -> str:
        return f"{one.start} {one.way:+d} {','.join(f'{side:.3f}' for side in one.box)}{self._kind}"


class Guide:
    """A known path beside a pass: once both have shown the same for a while, the rest is known, too."""

    def __init__(self, path: Path, trusted: NDArray[np.bool_], rate: float, settings: DuelSettings) -> None:
        self.path = path
        self._trusted, self._s = trusted, settings
        self._needed = max(3, round(settings.together * rate))
        self._since: int | None = None

    def agrees(self, one: Pass) -> bool:
        """Whether the path, without doubt to the pass's end, is where the user says the player is."""
        first = one.start + one.way
        return (
            first != one.stop
            and bool(self._trusted[first])
            and iou(self.path.boxes[one.start], np.array(one.box)) >= self._s.picked
        )

    def joined(self, index: int, boxes: Sequence[NDArray[np.float64]]) -> bool:
        """Tell where the pass's followers are in frame *index*; whether the path may stand in from here on."""
        own = self.path.boxes[index]
        if not all(iou(own, box) >= AGREE_IOU for box in boxes):
            self._since = None
            return False
        if self._since is None:
            self._since = index
        return bool(self._trusted[index]) and abs(index - self._since) >= self._needed


def _trusted(path: Path, start: int, stop: int, one: Pass, doubted: float) -> NDArray[np.bool_]:
    """(F,) frames from which on, in the pass's direction, the path is shown without doubt to the pass's end.

    *start* and *stop* are the path's own; one that began ahead of the pass is without doubt where it began.
    """
    sure = path.shown & (path.scores > doubted)
    result = np.zeros(len(sure), bool)
    low, high = min(start, stop + 1), max(start + 1, stop)
    end = one.stop - one.way
    # the path must reach the pass's last frame; an anchor of its own just beyond will do
    if not (low <= end < high or abs(end - start) == 1):
        return result
    for index in one.order[::-1]:
        if not (low <= index < high and sure[index]):
            break
        result[index] = True
    return result


def _key(one: Pass) -> tuple[int, int, tuple[float, ...]]:
    return one.start, one.way, one.box

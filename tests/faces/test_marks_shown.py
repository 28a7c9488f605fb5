"""What a film of the embedded clip shows: ``--show near`` and the trail, through the command."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from highlight_cuts_cv.faces.demo import demo_clip
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.media import open_frames
from tests.faces.hccv_process import good, marks


def boxes(track: Path) -> np.ndarray:
    """(F, 4) left, top, width, height of a track file."""
    rows = csv.DictReader(track.read_text(encoding="utf-8").splitlines())
    return np.array([[float(row[name]) for name in ("left", "top", "width", "height")] for row in rows])


def drawn(film: Path, source: Path, frames: str) -> list[np.ndarray]:
    """For each frame, (N, 2) x, y of the pixels that show the marker."""
    with open_frames(video_clip(film)) as marked, open_frames(video_clip(source, frames)) as plain:
        pairs = zip(marked.frames(), plain.frames(), strict=True)
        return [np.argwhere(marks(new.bgr, old.bgr))[:, ::-1] for new, old in pairs]


def test_near_shows_the_marker_only_while_others_are_near(tmp_path):
    """The next person comes from 2.3 to 0.9 body heights; from a height and a half on the marker shows."""
    track, film = tmp_path / "track.csv", tmp_path / "film.mp4"
    good("track", demo_clip(), "--pick", "0:#1", "--range", "0:16", "-o", track)
    command = ("render", demo_clip(), "--track", track, "--range", "0:16", "--quality", "preview")
    good(*command, "--show", "near", "-o", film)
    near = [len(points) for points in drawn(film, demo_clip(), "0:16")]
    assert not any(near[:5]), "1.9 heights and more away"
    assert all(near[11:]), "1.2 heights and less away"
    assert sorted(map(bool, near)) == list(map(bool, near)), "it comes once"
    good(*command, "-o", film)
    assert all(len(points) for points in drawn(film, demo_clip(), "0:16")), "without it, always"


def panned(folder: Path) -> tuple[Path, np.ndarray, np.ndarray]:
    """The man in the red jacket by a camera that turns with him: film, (F, 2) his feet, (F,) its left edges.

    Feet and edges are in pixels of the embedded clip, whose camera stands still.  In the film he stays where
    he is, and the ground runs to the right.
    """
    track, film = folder / "standing.csv", folder / "panned.mp4"
    good("track", demo_clip(), "--pick", "20:1056,330", "--range", "20:60", "-o", track)
    left, top, width, height = boxes(track).T
    feet = np.stack([left + width / 2, top + height], axis=1)
    edges = np.linspace(feet[0, 0] - 400, feet[-1, 0] - 400, len(feet)).round().astype(int)
    with av.open(str(film), "w") as output, open_frames(video_clip(demo_clip(), "20:60")) as shown:
        stream = output.add_stream("libx264", rate=Fraction(10), options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = 490, 648, "yuv420p"
        for frame, edge in zip(shown.frames(), edges, strict=True):
            picture = np.ascontiguousarray(frame.bgr[:, edge : edge + 490])
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        output.mux(stream.encode(None))
    return film, feet, edges


def test_the_trail_is_drawn_behind_the_player_over_the_ground(tmp_path):
    film, feet, edges = panned(tmp_path)
    track, made = tmp_path / "track.csv", tmp_path / "trail.mp4"
    good("track", film, "--pick", f"0:400,{feet[0, 1] - 80:.0f}", "-o", track)
    good("render", film, "--track", track, "--indicator", "trail", "--quality", "preview", "-o", made)
    for index, points in enumerate(drawn(made, film, "0:40")):
        been = feet[: index + 1] - [edges[index], 0]
        apart = np.linalg.norm(points[:, None] - been, axis=2)
        assert apart.min(axis=1).max() < 15, f"frame {index}: marks where his feet never were"
        assert apart[:, -1].min() < 8, f"frame {index}: no mark at his feet"
        behind = points[:, 0].max() - been[-1, 0]
        assert behind > 0.8 * (been[max(0, index - 5), 0] - been[-1, 0]), f"frame {index}: no path behind him"

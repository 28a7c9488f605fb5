"""Proof of honesty: a film shows the recording's pictures, all of them, in order, and nothing else is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from highlight_cuts_cv.contracts import UNWATCHED, Cadence, Watch
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.draw import draw
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.joined_manifest import read_joined_manifest
from highlight_cuts_cv.jobs.manifest import areas_of, file_digest, read_manifest, stored_digest
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.jobs.verify_expected import Made
from highlight_cuts_cv.jobs.verify_parts import joined_parts, made_from
from highlight_cuts_cv.jobs.verify_pictures import Pictures, frames_told
from highlight_cuts_cv.jobs.verify_sound import check_sound
from highlight_cuts_cv.media import probe
from highlight_cuts_cv.model import BadInputError, MediaInfo, SpriteTrack
from highlight_cuts_cv.tracking.files import track_over_clip

_OTHER_SHAPE = 0.02
"""Share by which a film's width to its height may differ from the recording's: sizes are rounded."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found out about a film.

    ``wrong`` has a sentence for everything that is not the recording's, ``seen`` for what was seen to hold.
    ``frames`` are the film's.
    """

    wrong: tuple[str, ...]
    seen: tuple[str, ...]
    frames: int

    @property
    def honest(self) -> bool:
        """Whether nothing was found that is not the recording's."""
        return not self.wrong


def verify(
    recording: Path | Sequence[Path],
    film: Path,
    track: Path | None = None,
    frames: str | None = None,
    setup: Setup | None = None,
    watch: Watch = UNWATCHED,
) -> Verdict:
    """Compare *film* with the *recording* that it was made from, or with all those that a joined one was made from.

    Which frames it shows, and where the marker lies, says its manifest; without one *frames* (START:END)
    and the *track* with the indicator of *setup* do.  A track that is given as well as a manifest must agree with it.
    Raises BadInputError for files that cannot be read or say too little, CancelledError.
    """
    recordings = [recording] if isinstance(recording, Path) else list(recording)
    joined = read_joined_manifest(film)
    manifest = read_manifest(film) if joined is None else None
    shown = probe(film)
    if "a" in shown.pixel_format.removeprefix("gray").removeprefix("pal"):
        raise BadInputError(
            f"{film} is an overlay: it has the marker alone and no picture of the recording, so there is nothing to prove."
        )
    if joined is not None:
        if track is not None or frames is not None:
            raise BadInputError(
                f"{film} was joined from several films, and its manifest says what each shows; leave --track and --range out."
            )
        wrong, parts = joined_parts(joined, recordings, film, shown)
        if stored_digest(film) != file_digest(film):
            watch.warn(f"{film.name} is not the file that was joined: it was written again since.")
        return _verdict(parts, shown, watch, wrong)
    if len(recordings) != 1:
        raise BadInputError(
            f"{film} was not joined from several films; give the one recording that it shows."
        )
    if manifest is not None:
        if frames is not None:
            raise BadInputError(f"The manifest of {film} says which frames it shows; leave --range out.")
        made = made_from(manifest, recordings[0], film.name)
        if isinstance(made, str):
            return Verdict((made,), (), shown.frame_count)
        if stored_digest(film) != file_digest(film):
            watch.warn(f"{film.name} is not the file that was rendered: it was written again since.")
        return _verdict([made], shown, watch, [] if track is None else _marker_beside_the_player(made, track))
    if track is None:
        raise BadInputError(
            f"{film} has no manifest beside it that says where its marker lies; give the player's --track."
        )
    return _verdict(
        [_from_track(recordings[0], shown, track, frames, setup or Setup(), watch)], shown, watch, []
    )


def _verdict(parts: Sequence[Made], shown: MediaInfo, watch: Watch, wrong: Sequence[str]) -> Verdict:
    """What is found by comparing, besides what is *wrong* already."""
    if wrong and not parts:
        return Verdict(tuple(wrong), (), shown.frame_count)
    pictures = Pictures(parts, shown, watch)
    pictures.compare()
    amiss, heard = check_sound(parts, shown, watch)
    return Verdict((*wrong, *pictures.wrong, *amiss), (*pictures.seen, *heard), shown.frame_count)


def _from_track(
    recording: Path, shown: MediaInfo, track: Path, frames: str | None, setup: Setup, watch: Watch
) -> Made:
    clip = video_clip(recording, frames)
    if abs(shown.width * clip.height / (shown.height * clip.width) - 1) > _OTHER_SHAPE:
        raise BadInputError(
            "The film has another shape than the recording, and only the manifest that was written beside it says which "
            "part of the pictures it shows."
        )
    followed = track_over_clip(track, clip)
    with workbench(clip, setup) as bench:
        sprites = draw(bench, followed, setup, watch)
    same = shown.variable_rate or abs(clip.rate / shown.rate - 1) < Fraction(1, 100)
    return Made(
        clip=clip,
        cadence=Cadence() if same else Cadence(shown.rate),
        areas=areas_of(sprites),
        drawn=SpriteTrack(shades=sprites.shades),
    )


def _marker_beside_the_player(made: Made, track: Path) -> list[str]:
    """A sentence where something is drawn far from the followed player, as a patch over something else would be."""
    followed = track_over_clip(track, made.clip)
    far = []
    for index, areas in made.areas.items():
        box = followed.box(index)
        if box is None or index >= made.clip.frame_count:
            continue
        reach = max(box.x2 - box.x1, box.y2 - box.y1)
        near = (box.x1 - reach, box.y1 - reach, box.x2 + reach, box.y2 + reach)
        if not any(a[0] < near[2] and a[2] > near[0] and a[1] < near[3] and a[3] > near[1] for a in areas):
            far.append(index)
    if not far:
        return []
    return [f"What is drawn in {frames_told(made.clip, far)} lies nowhere near the player of {track.name}."]

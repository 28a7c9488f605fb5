"""Proof of honesty: a film shows the recording's pictures, all of them, in order, and nothing else is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from highlight_cuts_cv.contracts import UNWATCHED, Cadence, Watch
from highlight_cuts_cv.jobs.clip import video_clip
from highlight_cuts_cv.jobs.draw import draw
from highlight_cuts_cv.jobs.follow import workbench
from highlight_cuts_cv.jobs.manifest import Manifest, areas_of, file_digest, read_manifest
from highlight_cuts_cv.jobs.setup import Setup
from highlight_cuts_cv.jobs.verify_pictures import LISTED, Made, Pictures, frames_told
from highlight_cuts_cv.media import clip_of, probe
from highlight_cuts_cv.media.reading.digests import sound_digests
from highlight_cuts_cv.media.reading.raw import freeze_span
from highlight_cuts_cv.media.reading.spans import clip_span
from highlight_cuts_cv.model import BadInputError, MediaInfo, SpriteTrack
from highlight_cuts_cv.tracking.files import track_over_clip

if TYPE_CHECKING:
    from highlight_cuts_cv.media.comparing.sound import Heard


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
    recording: Path,
    film: Path,
    track: Path | None = None,
    frames: str | None = None,
    setup: Setup | None = None,
    watch: Watch = UNWATCHED,
) -> Verdict:
    """Compare *film* with the *recording* that it was made from.

    Which frames it shows, and where the marker lies, says its manifest; without one *frames* (START:END)
    and the *track* with the indicator of *setup* do.  A track that is given as well as a manifest must agree with it.
    Raises BadInputError for files that cannot be read or say too little, CancelledError.
    """
    manifest = read_manifest(film)
    shown = probe(film)
    if "a" in shown.pixel_format.removeprefix("gray").removeprefix("pal"):
        raise BadInputError(
            f"{film} is an overlay: it has the marker alone and no picture of the recording, so there is nothing to prove."
        )
    wrong: list[str] = []
    seen: list[str] = []
    if manifest is not None:
        if frames is not None:
            raise BadInputError(f"The manifest of {film} says which frames it shows; leave --range out.")
        made = _from_manifest(recording, film, manifest, wrong)
        if made is None:
            return Verdict(tuple(wrong), (), shown.frame_count)
        if file_digest(film) != manifest.film_digest:
            watch.warn(f"{film.name} is not the file that was rendered: it was written again since.")
        if track is not None:
            wrong += _marker_beside_the_player(made, track)
    elif track is None:
        raise BadInputError(
            f"{film} has no manifest beside it that says where its marker lies; give the player's --track."
        )
    else:
        made = _from_track(recording, shown, track, frames, setup or Setup(), watch)
    pictures = Pictures(made, shown, manifest, watch)
    pictures.compare()
    wrong += pictures.wrong
    seen += pictures.seen
    _sound(made, shown, manifest, watch, wrong, seen)
    return Verdict(tuple(wrong), tuple(seen), shown.frame_count)


def _from_manifest(recording: Path, film: Path, manifest: Manifest, wrong: list[str]) -> Made | None:
    info = probe(recording)
    stop = manifest.first_frame + manifest.frame_count
    if stop > info.frame_count:
        wrong.append(
            f"{film.name} was made from the frames {manifest.first_frame} to {stop - 1} of {manifest.recording}, "
            f"but {recording.name} has only {info.frame_count}: it is another recording."
        )
        return None
    crop = manifest.crop
    if crop is not None and not (0 < crop.width <= info.width and crop.height == info.height):
        wrong.append(
            f"{film.name} shows parts of {crop.width} by {crop.height} pixels, which {recording.name} does not have: it is "
            "another recording."
        )
        return None
    clip = replace(clip_of(info, manifest.first_frame, stop), start_offset=manifest.start_offset)
    shades = SpriteTrack(shades=tuple(manifest.shades))
    return Made(clip, manifest.cadence, manifest.areas, shades, crop)


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
        clip,
        Cadence() if same else Cadence(shown.rate),
        areas_of(sprites),
        SpriteTrack(shades=sprites.shades),
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


def _sound(
    made: Made, shown: MediaInfo, manifest: Manifest | None, watch: Watch, wrong: list[str], seen: list[str]
) -> None:
    from highlight_cuts_cv.media.comparing.sound import compare_sound

    recording, clip, cadence = made.clip.media, made.clip, made.cadence
    span = clip_span(clip, cadence.rate, cadence.frame_count)
    if manifest is not None and manifest.sound and sound_digests(recording, *span) != list(manifest.sound):
        wrong.append("The sound of the recording is not what the film was made from.")
    if not recording.audio:
        if shown.audio:
            wrong.append("The film has sound, and the recording has none.")
        return
    if len(shown.audio) < len(recording.audio):
        wrong.append(
            f"The film has {len(shown.audio) or 'no'} sound{'' if len(shown.audio) < 2 else 's'}, the recording {len(recording.audio)}."
        )
    elif len(shown.audio) > len(recording.audio):
        wrong.append(f"The film has {len(shown.audio)} sounds, the recording {len(recording.audio)}.")
    found = compare_sound(recording, span, shown, freeze_span(clip, cadence), watch.cancelled)
    for number, heard in enumerate(found, start=1):
        wrong += _heard(heard, f"sound {number}" if len(found) > 1 else "sound")
    if found and not any(heard.wrong or heard.late for heard in found):
        copied = all(heard.copied for heard in found)
        seen.append(
            "The sound is the recording's, packet by packet."
            if copied
            else "The sound was encoded again and is the recording's throughout."
        )


def _heard(heard: Heard, name: str) -> list[str]:
    if heard.late:
        how = "later" if heard.late > 0 else "earlier"
        return [f"The {name} of the film comes {abs(heard.late):.2f} s {how} than in the recording."]
    return [
        f"The {name} of the film is not the recording's from {start:.2f} to {stop:.2f} s."
        for start, stop in heard.wrong[:LISTED]
    ]

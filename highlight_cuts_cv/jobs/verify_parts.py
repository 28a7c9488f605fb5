"""What a manifest says that a film should be, found in the recordings that are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from highlight_cuts_cv.contracts import Cadence, Freeze
from highlight_cuts_cv.jobs.joined_manifest import JoinedPart
from highlight_cuts_cv.jobs.manifest import Manifest
from highlight_cuts_cv.jobs.title_card import card_picture, title_lines
from highlight_cuts_cv.jobs.verify_expected import Made
from highlight_cuts_cv.media import clip_of, probe, raw_frames
from highlight_cuts_cv.media.reading.digests import picture_digest
from highlight_cuts_cv.model import BadInputError, MediaInfo, Placement, Sprite, SpriteTrack


def made_from(manifest: Manifest, recording: Path, film: str) -> Made | str:
    """What *film* should show of *recording*, or a sentence why it cannot be of that one.  Raises BadInputError."""
    info = probe(recording)
    stop = manifest.first_frame + manifest.frame_count
    if stop > info.frame_count:
        return (
            f"{film} was made from the frames {manifest.first_frame} to {stop - 1} of {manifest.recording}, "
            f"but {recording.name} has only {info.frame_count}: it is another recording."
        )
    crop = manifest.crop
    if crop is not None and not (0 < crop.width <= info.width and crop.height == info.height):
        return (
            f"{film} shows parts of {crop.width} by {crop.height} pixels, which {recording.name} does not have: it is "
            "another recording."
        )
    return Made(
        clip=replace(clip_of(info, manifest.first_frame, stop), start_offset=manifest.start_offset),
        cadence=manifest.cadence,
        areas=manifest.areas,
        drawn=SpriteTrack(shades=tuple(manifest.shades)),
        crop=crop,
        pictures=manifest.pictures,
        sound=manifest.sound,
    )


def joined_parts(
    joined: Sequence[JoinedPart], recordings: Sequence[Path], film: Path, shown: MediaInfo
) -> tuple[list[str], list[Made]]:
    """Sentences about parts that cannot be of these *recordings*, and, if there are none, what each part should show.

    Raises BadInputError where a recording is missing, or nothing is known of a part.
    """
    unknown = [part.name for part in joined if part.made is None and not part.card]
    if unknown:
        raise BadInputError(
            f"{film} was joined from {_listed(unknown)}, too, of which no manifest said what was shown; check the clips' own "
            "films, or render those again and join them once more."
        )
    names = {part.made.recording for part in joined if part.made is not None}
    wrong: list[str] = []
    made: list[Made] = []
    missing: list[str] = []
    for part in joined:
        if part.made is None:
            made.append(_card(part, shown))
            continue
        recording = recordings[0] if len(names) == len(recordings) == 1 else _chosen(part.made, recordings)
        if recording is None:
            missing.append(part.made.recording)
            continue
        found = made_from(part.made, recording, part.name)
        if isinstance(found, str):
            wrong.append(found)
        else:
            made.append(replace(found, fit=part.fit, seconds=part.seconds))
    if missing:
        raise BadInputError(
            f"{film} was made from {_listed(missing)}, too; give all recordings, then the film."
        )
    return (wrong, []) if wrong else ([], made)


def _card(part: JoinedPart, shown: MediaInfo) -> Made:
    """The title card, painted over a picture of the film itself."""
    lines = title_lines(part.card)
    picture = Sprite(card_picture(lines, shown.width, shown.height, shown.sample_aspect_ratio))
    return Made(
        clip=clip_of(replace(shown, audio=()), 0, 1),
        cadence=Cadence(shown.rate, 1, Freeze(0, part.seconds - 1 / shown.rate)),
        drawn=SpriteTrack((Placement(0, picture, 0.0, 0.0),)),
        seconds=part.seconds,
        card=tuple(lines),
    )


def _chosen(made: Manifest, recordings: Sequence[Path]) -> Path | None:
    """The recording that a part was made from: the one of its name, or of several or none the one with its first picture."""
    named = [path for path in recordings if path.name == made.recording]
    if len(named) == 1:
        return named[0]
    for path in named or recordings:
        if _has_first_picture(path, made):
            return path
    return named[0] if named else None


def _has_first_picture(recording: Path, made: Manifest) -> bool:
    info = probe(recording)
    index = min(made.pictures, default=None)
    if index is None or made.first_frame + index >= info.frame_count:
        return False
    seen: list[str] = []
    clip = clip_of(info, made.first_frame + index, made.first_frame + index + 1)
    for _ in raw_frames(clip, onlooker=lambda _, picture: seen.append(picture_digest(picture, index))):
        break
    return seen[:1] == [made.pictures[index]]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))

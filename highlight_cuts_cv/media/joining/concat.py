"""Joining finished clips, without encoding them again where they are alike."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from highlight_cuts_cv.contracts import UNWATCHED, Watch
from highlight_cuts_cv.contracts.heard import warnings_to
from highlight_cuts_cv.files.atomic import atomic_output
from highlight_cuts_cv.files.outputs import checked_output
from highlight_cuts_cv.media.failures import writing
from highlight_cuts_cv.media.joining.alike import encode_pictures, plan_pictures
from highlight_cuts_cv.media.joining.alike_sound import with_alike_sound
from highlight_cuts_cv.media.joining.joint import Joint, Part, whole
from highlight_cuts_cv.media.joining.traits import check_equal, picture_traits, sound_traits
from highlight_cuts_cv.media.reading.probing import LoadedMedia, load
from highlight_cuts_cv.media.writing.encoders import open_output
from highlight_cuts_cv.model import BadInputError, CancelledError

_log = logging.getLogger(__name__)


def concat_files(
    paths: Sequence[Path | str],
    output: Path | str,
    *,
    reencode: bool = False,
    watch: Watch = UNWATCHED,
) -> Path:
    """Join video files end to end by copying their packets; *output* appears only when complete.

    With *reencode*, what differs is encoded again first, and a warning names each file: the first one
    decides size, frame rate, pixel format and colours, and the first with sound its kind.  Pictures of
    another shape are shown whole, black around them; where sound is missing or too short, there is
    silence.

    Each file's pictures start where those of the file before end, and its sound stays in step with
    them.  *watch* is told pictures, those to encode again twice.  Raises BadInputError, saying what
    differs, when the files were not encoded alike (codec, its parameters, size, rate, time base, pixel
    format, colour, sound), with *reencode* only when one is HDR and another is not, and when there are
    none; JobFailedError when writing fails; CancelledError when cancelled.
    """
    sources, output = [Path(path) for path in paths], Path(output)
    if not sources:
        raise BadInputError("There is nothing to join; name at least one file.")
    checked_output(output, sources)
    media = [load(path) for path in sources]
    for item in media:
        if item.index.order is not None:
            raise BadInputError(
                f"'{item.info.path}' cannot be joined as it is: its clock starts again, or it shows pieces of "
                "itself in another order. Write it anew first, in an editor or with ffmpeg."
            )
    count = _Count(watch)
    if not reencode:
        count.add(sum(item.info.frame_count for item in media))
        _join([whole(item) for item in media], output, count)
        return output
    with warnings_to(watch), writing_folder(output) as folder, writing(output):
        parts = _alike(media, folder, output, count)
        _join(parts, output, count)
    return output


class _Count:
    """How many pictures are done of how many; stops the work when it is cancelled."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._done = self._total = 0

    def add(self, total: int) -> None:
        self._total += total

    def check(self) -> None:
        if self._watch.cancelled():
            raise CancelledError("The joining was stopped; no file was written.")

    def step(self) -> None:
        self.check()
        self._done += 1
        self._watch.progress(min(self._done, self._total), self._total)


@contextmanager
def writing_folder(output: Path) -> Iterator[Path]:
    """A folder beside *output*, on the same disk, that is gone afterwards."""
    with writing(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        temporary = TemporaryDirectory(prefix=f".{output.stem}.", dir=output.parent)
    with temporary:
        yield Path(temporary.name)


def _alike(media: Sequence[LoadedMedia], folder: Path, output: Path, count: _Count) -> list[Part]:
    parts = [whole(item) for item in media]
    plan = plan_pictures(media, folder)
    for item, again in zip(media, plan.encoded, strict=True):
        # Encoded once and joined once.
        count.add(2 * plan.frame_count(item) if again else item.info.frame_count)
    for number, item in enumerate(media):
        if plan.encoded[number]:
            _log.warning("'%s' is encoded again to be joined to the others.", item.info.path)
            pictures = encode_pictures(item, plan, folder / f"{number}.mp4", count.step)
            parts[number] = replace(parts[number], pictures=pictures)
    return with_alike_sound(parts, folder, output, count.check)


def _join(parts: Sequence[Part], output: Path, count: _Count) -> None:
    pictures, sounds = (
        [picture_traits(part.pictures) for part in parts],
        [sound_traits(part.sound) for part in parts],
    )
    for part, picture, sound in zip(parts[1:], pictures[1:], sounds[1:], strict=True):
        check_equal(parts[0].source, pictures[0] | sounds[0], part.source, picture | sound)
    with writing(output), atomic_output(output) as temporary, open_output(output, temporary) as joined:
        codec = parts[0].pictures.info.codec
        if codec not in joined.supported_codecs:
            raise BadInputError(
                f"'{output}' cannot hold pictures of the kind {codec}; use .mp4, .mov or .mkv."
            )
        Joint(joined, count.step).append_all(parts)

"""FFmpeg's errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from highlight_cuts_cv.files.outputs import why_not_written
from highlight_cuts_cv.model import BadInputError, JobFailedError


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while reading *path* into a BadInputError."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise BadInputError(f"There is no file '{path}'.") from None
    except IsADirectoryError:
        raise BadInputError(f"'{path}' is a folder, not a video file.") from None
    except PermissionError:
        raise BadInputError(f"'{path}' may not be read; check its permissions.") from None
    except av.error.InvalidDataError:
        raise BadInputError(
            f"'{path}' cannot be read as a video: it is of another kind, damaged, or cut off before "
            "its end was written. Play it in a media player to check, and copy it again if needed."
        ) from None
    except (av.error.FFmpegError, OSError) as error:
        raise BadInputError(f"'{path}' could not be read: {reason(error)}.") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong while writing *path* into a JobFailedError."""
    try:
        yield
    except (av.error.FFmpegError, OSError) as error:
        raise JobFailedError(why_not_written(path, error)) from error


def reason(error: BaseException) -> str:
    """What the system or FFmpeg says, without its numbers."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).rstrip(".")

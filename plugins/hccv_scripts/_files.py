"""What the exporters here share: the right suffix, and files written whole."""

from __future__ import annotations

from pathlib import Path

from highlight_cuts_cv.api import BadInputError, ExportJob


def require_suffix(path: Path, suffix: str, what: str, hint: str = "") -> None:
    """Raise BadInputError that says which suffix fits *what* unless *path* has it."""
    if path.suffix.lower() != suffix:
        raise BadInputError(
            f"{what} is written as {suffix}, but the output is {path}; name it {path.stem}{suffix}{hint}."
        )


def write_text(job: ExportJob, path: Path, text: str) -> None:
    with job.media.new_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")

"""``hccv doctor``: does everything the tool needs work on this machine?"""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

from highlight_cuts_cv import __version__


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was checked, what was found, and whether that is good."""

    what: str
    found: str
    good: bool


def examine() -> list[Finding]:
    """Run every check; a check that raises is a finding, not an error."""
    checks: list[tuple[str, Callable[[], str]]] = [
        (
            "highlight-cuts-cv",
            lambda: f"{__version__} on Python {platform.python_version()}, {platform.platform()}",
        ),
        ("video", _video),
        ("timelines", _timelines),
        ("detector", _detector),
        ("plugins", _plugins),
        ("cache", _cache),
    ]
    findings = []
    for what, check in checks:
        try:
            findings.append(Finding(what, check(), True))
        # Whatever goes wrong in a check is what the user came to learn.
        except Exception as error:
            findings.append(Finding(what, f"{type(error).__name__}: {error}", False))
    return findings


def _video() -> str:
    import av

    missing = [name for name in ("libx264", "aac") if name not in av.codecs_available]
    if missing:
        raise RuntimeError(f"PyAV {av.__version__} lacks the encoders {', '.join(missing)}")
    return f"PyAV {av.__version__} with libx264 and aac"


def _timelines() -> str:
    import opentimelineio as otio

    suffixes = sorted(otio.adapters.suffixes_with_defined_adapters(read=True))
    return f"OpenTimelineIO {version('opentimelineio')} reads {', '.join(suffixes)}"


def _detector() -> str:
    from highlight_cuts_cv.faces.demo import demo_clip
    from highlight_cuts_cv.jobs.clip import detect_frame
    from highlight_cuts_cv.jobs.setup import DEFAULT_DETECTOR, Choice

    _, found = detect_frame(demo_clip(), 0, Choice(DEFAULT_DETECTOR))
    if not len(found):
        raise RuntimeError(f"{DEFAULT_DETECTOR} finds nobody in the demo clip")
    return f"{DEFAULT_DETECTOR} finds {len(found)} people in the demo clip"


def _plugins() -> str:
    from highlight_cuts_cv.plugin.registry import get_registry

    reports = get_registry().reports
    broken = [report.name for report in reports if report.problems]
    if broken:
        raise RuntimeError(f"problems with {', '.join(broken)}; see 'hccv plugins'")
    return f"{len(reports)} without problems"


def _cache() -> str:
    from highlight_cuts_cv.files.cache_folder import cache_folder

    folder = cache_folder()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return f"{size / 1e6:.1f} MB kept for later runs in {folder}; delete it whenever you like"

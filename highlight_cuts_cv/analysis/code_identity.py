"""What a result of a plug-in depends on besides the clip: its code, its data, the files it was given."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from highlight_cuts_cv.files.store import content_identity


def code_identity(thing: Callable[..., object]) -> str:
    """Changes with the files of the package that *thing* is defined in: who writes a plugin never sees old results.

    All files count, a network beside the code too.  A ``functools.partial`` counts with what it
    wraps and its arguments, a bound method, a closure or a callable object with what it holds.
    """
    parts = list(_parts(thing, set()))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def options_identity(options: Mapping[str, object]) -> list[object]:
    """A plugin's options; those that name a file or a folder of files also by the content found there."""
    return [dict(options), {name: found for name, value in options.items() if (found := _content(value))}]


def _parts(thing: object, seen: set[int]) -> Iterator[object]:
    if thing is None or isinstance(thing, (str, int, float, bytes)):
        yield repr(thing)
    elif isinstance(thing, Path):
        yield [str(thing), _content(thing)]
    elif isinstance(thing, types.ModuleType):
        yield _files_of(thing.__name__)
    elif id(thing) not in seen:
        seen.add(id(thing))
        home = thing if isinstance(thing, (type, types.FunctionType)) else type(thing)
        yield [home.__qualname__, _files_of(home.__module__)]
        for held in _held(thing):
            yield from _parts(held, seen)


def _held(thing: object) -> list[object]:
    """What *thing* works with beyond the code that it is defined by."""
    if isinstance(thing, functools.partial):
        return [
            thing.func,
            *thing.args,
            sorted(thing.keywords),
            *map(thing.keywords.get, sorted(thing.keywords)),
        ]
    if isinstance(thing, types.MethodType):
        return [thing.__func__, thing.__self__]
    if isinstance(thing, types.FunctionType):
        return list(inspect.getclosurevars(thing).nonlocals.items())
    if isinstance(thing, (list, tuple)):
        return list(thing)
    if isinstance(thing, dict):
        return [part for item in thing.items() for part in item]
    return [] if isinstance(thing, type) else list(getattr(thing, "__dict__", {}).items())


def _files_of(module_name: str) -> list[object]:
    """Name, size and time of every file of the package that a module belongs to."""
    names = module_name.split(".")
    if names[0] in sys.stdlib_module_names:
        return [names[0], sys.version]
    # The first that has a file: above it there may be a namespace that several distributions share.
    for end in range(1, len(names) + 1):
        module = sys.modules.get(".".join(names[:end]))
        source = getattr(module, "__file__", None)
        if source is None:
            continue
        home = Path(source)
        if not hasattr(module, "__path__"):
            return [_stamp(home, home.name)]
        files = sorted(file for file in home.parent.rglob("*") if file.suffix != ".pyc" and file.is_file())
        return [_stamp(file, str(file.relative_to(home.parent))) for file in files]
    return [module_name]


def _stamp(file: Path, name: str) -> object:
    status = file.stat()
    return [name, status.st_size, status.st_mtime_ns]


def _content(value: object) -> list[str]:
    """What lies at the path that *value* may be; nothing where it is none."""
    if not isinstance(value, (str, Path)) or not str(value):
        return []
    try:
        path = Path(value).expanduser()
        files = sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
        return [content_identity(file) for file in files] if path.exists() else []
    except (OSError, ValueError, RuntimeError):
        return []

"""What every setting of the follower has in common: a default, a unit and an effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, fields, is_dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")
Group = TypeVar("Group")


def setting(default: T, effect: str) -> T:
    """A field of a group of settings: its *default*, and what it is (with its unit) and does."""
    return field(default=default, metadata={"effect": effect})


def changed(settings: Group, **values: float) -> Group:
    """*settings* with other values, named by group: ``changed(s, decision__accept=0.4)``.

    ``changed(s, **{"decision.accept": 0.4})`` is the same.  Raises ValueError for a name that is none.
    """
    for name, value in values.items():
        group, _, rest = name.replace("__", ".").partition(".")
        names = {one.name for one in fields(settings)}  # type: ignore[arg-type]
        nested = is_dataclass(getattr(settings, group, None))
        if group not in names or bool(rest) is not nested:
            raise ValueError(f"There is no setting {name}; the settings here are {', '.join(sorted(names))}.")
        if rest:
            part: Any = changed(getattr(settings, group), **{rest: value})
        else:
            part = type(getattr(settings, group))(value)
        settings = replace(settings, **{group: part})  # type: ignore[type-var]
    return settings


def listed(settings: object, prefix: str = "") -> Iterator[tuple[str, float, str]]:
    """The full name, the value and the effect of every one of *settings*."""
    for one in fields(settings):  # type: ignore[arg-type]
        value = getattr(settings, one.name)
        if is_dataclass(value):
            yield from listed(value, f"{prefix}{one.name}.")
        else:
            yield prefix + one.name, value, one.metadata["effect"]

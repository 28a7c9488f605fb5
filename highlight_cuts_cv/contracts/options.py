"""The settings that a plugin declares, and the values that it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from highlight_cuts_cv.model import BadInputError

OptionValue = str | int | float | bool
Options = Mapping[str, OptionValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One setting of a plugin; feeds the command line, forms and validation.

    ``kind`` is ``str``, ``int``, ``float`` or ``bool``; ``default`` is a value of that kind.
    """

    name: str
    kind: type[str] | type[int] | type[float] | type[bool]
    default: OptionValue
    summary: str
    choices: tuple[OptionValue, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def parse(self, value: object) -> OptionValue:
        """Return *value* as this option's kind.  Raises BadInputError when it does not fit."""
        parsed: OptionValue
        try:
            if self.kind is bool and isinstance(value, str):
                parsed = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[
                    value.lower()
                ]
            else:
                convert: Callable[[Any], OptionValue] = self.kind
                parsed = convert(value)
        except (KeyError, TypeError, ValueError):
            raise BadInputError(
                f"Option '{self.name}' needs a {self.kind.__name__}, not '{value}'."
            ) from None
        if self.choices and parsed not in self.choices:
            raise BadInputError(
                f"Option '{self.name}' must be one of {', '.join(map(str, self.choices))}, not '{value}'."
            )
        if isinstance(parsed, (int, float)) and not isinstance(parsed, bool):
            low = -np.inf if self.minimum is None else self.minimum
            high = np.inf if self.maximum is None else self.maximum
            if not low <= parsed <= high:
                raise BadInputError(
                    f"Option '{self.name}' must lie between {low:g} and {high:g}, not {parsed:g}."
                )
        return parsed


def resolve_options(options: Sequence[Option], given: Mapping[str, object]) -> dict[str, OptionValue]:
    """Every option's value: what was given, checked, else its default.

    Raises BadInputError for an unknown name or a value that does not fit.
    """
    known = {option.name for option in options}
    for name in given:
        if name not in known:
            raise BadInputError(
                f"There is no option '{name}'; known are: {', '.join(sorted(known)) or 'none'}."
            )
    return {option.name: option.parse(given.get(option.name, option.default)) for option in options}

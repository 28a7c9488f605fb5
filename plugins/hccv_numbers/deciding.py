"""Which number somebody wears, when several pictures were read and some of them wrongly.

Bayes' rule over all numbers of one or two digits and "none that can be read".  The rates below were counted on
players of seven sports whose numbers were looked up by eye, and on people without a number: see docs/accuracy.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_RIGHT = 0.25
"""How often a picture of a player with a number is read, and rightly."""
_PART = 0.04
"""How often one digit of two is read alone."""
_CHANCE = {"2": 0.04, "1": 0.03, "7": 0.012}
"""How often folds, logos and letters are read as this digit: those made of few strokes are seen everywhere."""
_CHANCE_DIGIT, _CHANCE_TWO = 0.005, 0.0004
"""The same for any other digit, and for each pair of digits."""
_UNREADABLE = 0.5
"""How often somebody's number cannot be read, or there is none."""

_LEADING_ZERO = 0.05
"""How often, for each other number, one with a zero before it is worn."""

NUMBERS = {
    **dict.fromkeys(map(str, range(100)), 1.0),
    **dict.fromkeys((f"0{d}" for d in range(10)), _LEADING_ZERO),
}
"""All numbers, and how often each is worn for each other."""


def probabilities(reads: Sequence[str]) -> dict[str, float]:
    """How probable each number is after *reads*, one for each picture that said something; the rest is "none".

    >>> [(number, round(p, 2)) for number, p in probabilities(["15", "15", "5"]).items() if p > 0.05]
    [('15', 1.0)]
    >>> max(probabilities(["2", "2"]).values()) < 0.5
    True
    """
    worn = sum(NUMBERS.values())
    logs = {number: np.log((1 - _UNREADABLE) * often / worn) for number, often in NUMBERS.items()}
    logs[""] = np.log(_UNREADABLE)
    for read in reads:
        chance = _CHANCE.get(read, _CHANCE_DIGIT) if len(read) == 1 else _CHANCE_TWO
        for number in logs:
            if number == read:
                logs[number] += np.log(_RIGHT)
            elif len(number) == 2 and len(read) == 1 and read in number:
                logs[number] += np.log(_PART + chance)
            else:
                logs[number] += np.log(chance)
    highest = max(logs.values())
    weights = {number: float(np.exp(value - highest)) for number, value in logs.items()}
    whole = sum(weights.values())
    return {number: weights[number] / whole for number in NUMBERS}

"""The bundled indicators: ``dot`` (the default), ``arrow``, ``label``, ``name-tag``, ``ring``, ``glow``, ``box``,
``spotlight`` and ``trail``."""

from __future__ import annotations

from collections.abc import Iterator

from hccv_indicators import arrow, box, dot, glow, label, name_tag, ring, spotlight, trail
from highlight_cuts_cv.api import IndicatorSpec, hookimpl


@hookimpl
def hccv_indicators() -> Iterator[IndicatorSpec]:
    for module in (dot, arrow, label, name_tag, ring, glow, box, spotlight, trail):
        yield module.SPEC

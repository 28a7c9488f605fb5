"""The bundled indicators: ``dot`` (the default), ``arrow``, ``label``, ``name-tag``, ``ring``, ``glow`` and ``box``."""

from __future__ import annotations

from collections.abc import Iterator

from hccv_indicators import arrow, box, dot, glow, label, name_tag, ring
from highlight_cuts_cv.api import IndicatorSpec, hookimpl


@hookimpl
def hccv_indicators() -> Iterator[IndicatorSpec]:
    for module in (dot, arrow, label, name_tag, ring, glow, box):
        yield module.SPEC

"""The bundled identifier: reads the number on a player's shirt, with PP-OCR's recogniser on OpenVINO."""

from __future__ import annotations

from collections.abc import Iterable

from highlight_cuts_cv.api import Identifier, IdentifierSpec, Options, hookimpl


def _create(options: Options) -> Identifier:
    from hccv_numbers.identifier import ShirtNumbers

    return ShirtNumbers()


@hookimpl
def hccv_identifiers() -> Iterable[IdentifierSpec]:
    """Yield the one identifier of this package."""
    yield IdentifierSpec(
        name="numbers",
        create=_create,
        summary="Reads numbers on shirts of 24 pixels and more; needs pip install 'highlight-cuts-cv[numbers]'.",
    )

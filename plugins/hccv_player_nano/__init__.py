"""The bundled detector: a YOLOX-Nano fine-tuned on sports pictures, run by OpenVINO on the CPU."""

from __future__ import annotations

from collections.abc import Iterable

from highlight_cuts_cv.api import Detector, DetectorSpec, Option, Options, hookimpl

OPTIONS = (
    Option(
        name="size",
        kind=int,
        default=0,
        minimum=0,
        maximum=4096,
        summary="Long side, in pixels, that a picture is resized to before the search; 0 chooses by the picture's size.",
    ),
    Option(
        name="threads",
        kind=int,
        default=0,
        minimum=0,
        maximum=256,
        summary="CPU threads; 0 takes what there is.",
    ),
    Option(
        name="score",
        kind=float,
        default=0.3,
        minimum=0.01,
        maximum=1.0,
        summary="Lowest score of a reported player.",
    ),
)


def _create(options: Options) -> Detector:
    from hccv_player_nano.detector import PlayerNano

    return PlayerNano(
        size=int(options["size"]), threads=int(options["threads"]), min_score=float(options["score"])
    )


@hookimpl
def hccv_detectors() -> Iterable[DetectorSpec]:
    """Yield the one detector of this package."""
    yield DetectorSpec(
        name="player-nano",
        create=_create,
        summary="Finds players of any size; 0.9 M parameters, no GPU, no download.",
        options=OPTIONS,
    )

"""Loads the embedded network for OpenVINO."""

from __future__ import annotations

import hashlib
import os
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from filelock import FileLock

from highlight_cuts_cv.api import cache_folder

STRIDE = 32
"""Input sides must be multiples of this many pixels."""
PADDING_GREY = 114


@cache
def load_network(
    threads: int = 0, feature_tensors: tuple[str, ...] = (), size: tuple[int, int] | None = None
) -> Any:
    """Compile ``player_nano.onnx``, once per process: that takes as long as searching ten pictures.

    The input is (B, H, W, 3) uint8 BGR with any B and any H, W that are multiples of 32; output 0
    is (B, N, 5) float32.  ``feature_tensors`` names inner tensors to return as further outputs.  With
    *size*, (width, height), there is one picture of that size at a time, which is a fifth faster.
    Returns an ``openvino.CompiledModel``; ``threads`` 0 leaves their number to OpenVINO.
    """
    import openvino as ov
    from openvino.preprocess import PrePostProcessor

    core, folded = _read()
    model = folded.clone()
    if feature_tensors:
        model.add_outputs(list(feature_tensors))
    prepare = PrePostProcessor(model)
    prepare.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    prepare.input().model().set_layout(ov.Layout("NCHW"))
    config: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        # OpenVINO would choose bfloat16 on processors that have it: other boxes on other machines.
        "INFERENCE_PRECISION_HINT": "f32",
    }
    if threads:
        config["INFERENCE_NUM_THREADS"] = threads
    compiled = cache_folder("networks")
    locked: AbstractContextManager[object] = nullcontext()
    # Half of the time that compiling takes; OpenVINO sees to it that a file fits its version and the machine.
    with suppress(OSError):
        compiled.mkdir(parents=True, exist_ok=True)
        if os.access(compiled, os.W_OK):
            config["CACHE_DIR"] = str(compiled)
            # Two processes that write one file at the same time fail.  Other networks have other files.
            what = hashlib.sha256(repr((threads, feature_tensors, size)).encode()).hexdigest()[:16]
            locked = FileLock(compiled / f"{what}.lock")
    model = prepare.build()
    if size is not None:
        width, height = size
        model.reshape([1, height, width, 3])
    with locked:
        return core.compile_model(model, "CPU", config)


@cache
def _read() -> tuple[Any, Any]:
    """OpenVINO's core and the network, not yet compiled."""
    import openvino as ov

    core = ov.Core()
    model = core.read_model(str(files("hccv_player_nano") / "player_nano.onnx"))
    _fold_focus(core, model)
    return core, model


def _fold_focus(core: Any, model: Any) -> None:
    """Replace the network's space-to-depth slices and first convolution by one convolution.

    YOLOX starts by slicing the picture into its four pixel phases and stacking them, which costs
    as much as several layers.  A 3x3 convolution over the stack is exactly a 6x6 convolution with
    stride 2 over the picture.
    """
    import openvino as ov
    from openvino import opset13 as ops

    first = next(node for node in model.get_ordered_ops() if node.get_type_name() == "Convolution")
    stack = first.input_value(0).get_node()
    kernel = first.input_value(1).get_node().get_data()
    picture = model.get_parameters()[0]
    # Which phase comes at which place of the stack is asked of the graph, not assumed.
    probe = core.compile_model(ov.Model([stack.output(0)], [picture], "focus"), "CPU")
    folded = np.zeros((len(kernel), 3, 6, 6), np.float32)
    for y in (0, 1):
        for x in (0, 1):
            impulse = np.zeros((1, 3, STRIDE, STRIDE), np.float32)
            impulse[0, 0, y, x] = 1
            place = int(np.argmax(probe({0: impulse})[0][0, :, 0, 0]))
            folded[:, :, y::2, x::2] = kernel[:, place : place + 3]
    replacement = ops.convolution(picture.output(0), ops.constant(folded), [2, 2], [2, 2], [2, 2], [1, 1])
    for consumer in list(first.output(0).get_target_inputs()):
        consumer.replace_source_output(replacement.output(0))

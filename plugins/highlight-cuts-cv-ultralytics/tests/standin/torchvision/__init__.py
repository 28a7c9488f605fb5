"""Stands in for torchvision where only torch is installed; put on the path by ``conftest.py``.

Ultralytics asks for torchvision's version when it is imported and calls its ``ops.nms``.
"""

from . import ops

__all__ = ["ops"]

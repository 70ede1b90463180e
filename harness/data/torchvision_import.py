"""Imports torchvision.datasets, whichever build of torch is installed."""

import importlib
import importlib.util
from types import ModuleType

import torch

from backends.errors import pip_line
from harness.errors import DatasetError

_NMS = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def datasets() -> ModuleType:
    """Return ``torchvision.datasets``.

    torchvision's wheel for CUDA cannot load its operators beside a CPU build of torch, and its import fails because the
    schemas of two of them are missing. Data sets need neither operator, so the schemas are declared where they are missing.

    Raises:
        DatasetError: torchvision is not installed.
    """
    if importlib.util.find_spec("torchvision") is None:
        raise DatasetError(f"torchvision is not installed: {pip_line('torchvision')}")
    library = torch.library.Library("torchvision", "FRAGMENT")
    try:
        found = importlib.import_module("torchvision.datasets")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        for operator in ("nms", "qnms"):
            library.define(operator + _NMS)
        found = importlib.import_module("torchvision.datasets")
    _KEPT.append(library)  # torch forgets the schemas with the library object
    return found


_KEPT: list[torch.library.Library] = []

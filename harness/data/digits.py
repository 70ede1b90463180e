"""scikit-learn's digits: 1,797 images of 8 x 8 pixels, built in."""

import numpy as np

from harness.data.dataset import Dataset, Samples
from harness.data.embedded_files import read_embedded

NAME = "digits"
SUMMARY = "scikit-learn's 1,797 handwritten digits; built in"
_DARKEST = 16  # pixels are whole numbers from 0 to 16


def load_digits() -> Dataset:
    """Return the images, pixels from 0 to 1, float32.

    Raises:
        DatasetError: the embedded file is missing or damaged.
    """
    arrays = read_embedded("digits-1797.npz")
    images = arrays["images"][:, np.newaxis].astype(np.float32) / np.float32(_DARKEST)
    return Dataset.of(NAME, Samples(images, arrays["labels"]), None, class_names=[str(digit) for digit in range(10)])

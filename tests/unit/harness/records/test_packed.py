"""Classes of images as text."""

import base64
import zlib

import numpy as np
import pytest

from harness.errors import DamagedError
from harness.records.packed import pack, unpack

_TRUE = np.random.default_rng(1).integers(0, 10, 10_000)
_PREDICTED = np.where(np.random.default_rng(2).random(10_000) < 0.02, 3, _TRUE)


@pytest.mark.parametrize("classes", [_TRUE, np.array([], dtype=np.int64), np.arange(256)])
def test_text_holds_the_classes(classes):
    assert (unpack(pack(classes)) == classes).all()


def test_beside_predictions_true_classes_take_a_tenth():
    """Both are read again, and the second text is short, since nearly all of its bytes are those of the first."""
    text = pack(_TRUE, beside=_PREDICTED)

    assert (unpack(text, beside=_PREDICTED) == _TRUE).all()
    assert len(text) < len(pack(_TRUE)) / 4


@pytest.mark.parametrize(
    "text",
    [
        "?",
        "AAAA",
        pack(_TRUE)[:-8],
        pack(_TRUE, beside=_PREDICTED),
        base64.b64encode(zlib.compress(bytes(2**25))).decode(),
    ],
    ids=["no base64", "no zlib", "cut", "needs the predictions", "too many images"],
)
def test_other_texts_are_damaged(text):
    with pytest.raises(DamagedError, match="cannot be unpacked"):
        unpack(text)

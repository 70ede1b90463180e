"""Is a head that should have learned nothing at chance? Its answers are alike for images of one class, so images are no trials.

A network that was trained on shuffled labels still tells digits apart: it answers alike for the images of one class, with
names that mean nothing. Which name a class gets is luck. So the test gives the names to the answers anew, at random and for
each seed alone, and asks how often the accuracy is as high as the one that came: a permutation test (Good, Permutation,
Parametric and Bootstrap Tests of Hypotheses, 3rd ed., 2005).

Some names are more frequent than others, among the answers and among the true classes alike. What this alone gives, the sum
over the classes of (share of the images) x (share of the answers), is expected by chance. Only the rest is named anew.
"""

import dataclasses
import math

import numpy as np

_DRAWS = 9_999  # p is then a multiple of 1 / 10,000
_SEED = 0


@dataclasses.dataclass(frozen=True)
class Chance:
    """The mean accuracy over the seeds, beside what heads that learned nothing would have.

    Attributes:
        accuracy: Mean over the seeds.
        expected: What is expected by chance.
        most: The largest that is still chance: a head that learned nothing is above it in ``false_alarms`` of studies at most.
        above: Whether the accuracy is above it.
    """

    accuracy: float
    expected: float
    most: float
    above: bool


def chance(confusions: np.ndarray, *, false_alarms: float) -> Chance:
    """Return whether the mean accuracy of a head is above chance.

    Args:
        confusions: Images of each seed, int, shape (seeds, true classes, predicted classes); the seeds have the same images.
        false_alarms: How often a head that learned nothing may be called above chance, between 0.001 and 1.

    Raises:
        ValueError: another shape, seeds with different numbers of images, or no images.
    """
    counts = np.asarray(confusions, dtype=np.int64)
    if counts.ndim != 3 or counts.shape[1] != counts.shape[2]:
        raise ValueError(f"expected confusion matrices of shape (seeds, classes, classes), got {counts.shape}")
    sizes = np.unique(counts.sum(axis=(1, 2)))
    if len(sizes) != 1 or sizes[0] < 1:
        raise ValueError(f"expected seeds with the same test images, got seeds with {sizes.tolist()} images")
    n_seeds, n_classes, _ = counts.shape
    n_images = int(sizes[0])
    # In units of 1 / n_images**2, so that ties are ties.
    by_shares = counts.sum(axis=2)[:, :, None] * counts.sum(axis=1)[:, None, :]
    rest = n_images * counts - by_shares
    named = np.broadcast_to(np.arange(n_classes), (_DRAWS, n_classes))
    stream = np.random.default_rng(_SEED)
    drawn = sum(one[np.arange(n_classes), stream.permuted(named, axis=1)].sum(axis=1) for one in rest)
    came = np.trace(rest, axis1=1, axis2=2).sum()
    rank = math.ceil(
        (1 - false_alarms) * (_DRAWS + 1)
    )  # 1 + the number of draws as high as came, over 1 + all draws, is p
    most = np.sort(drawn)[min(rank, _DRAWS) - 1]
    unit = n_seeds * n_images**2
    expected = np.trace(by_shares, axis1=1, axis2=2).sum()
    return Chance(
        accuracy=float((expected + came) / unit),
        expected=float(expected / unit),
        most=float((expected + most) / unit),
        above=bool(came > most),
    )

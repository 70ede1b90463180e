"""Two heads compared over the same seeds and images: one typed result, and words where a number does not exist."""

import dataclasses

import numpy as np

from harness.errors import StatisticsError
from harness.statistics.crossed import LEVEL, Components, MeanSquares, quantile
from harness.statistics.difference import FEWEST_IMAGES, FEWEST_SEEDS, NO_SPREAD, Number, difference_test, not_tested
from harness.statistics.sign_flip import sign_flip_p
from harness.text import Missing, counted

MARGIN_PP = 0.5


@dataclasses.dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval, in percentage points."""

    low_pp: float
    high_pp: float


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The difference in accuracy between two heads: ours minus theirs, in percentage points.

    Attributes:
        n_seeds: Seeds that both heads were trained with.
        n_images: Test images that both heads classified.
        margin_pp: The difference that counts as small.
        ours_accuracy: Share of right answers over all seeds and images.
        theirs_accuracy: The same of the other head.
        effect_pp: The mean difference.
        low_pp: Lower end of the 95 % interval for new seeds and new images, not adjusted for other comparisons.
        high_pp: Its upper end.
        p: Two-sided p of "no difference", not adjusted.
        se_pp: The standard error that interval, p and planning share.
        df: Its degrees of freedom.
        components: Variances of one answer's difference over seeds, over images, and the rest.
        seeds_only: The paired t interval over seeds. It is a statement on these test images, not on new ones.
        sign_flip_p: Exact p over seeds, on these test images: the share of sign changes with a mean as far from 0.
        sign_flip_floor: The smallest value that sign_flip_p can have: 2 / 2**n_seeds.
        equivalence_p: The larger p of the two one-sided tests at the margin, not adjusted.
        detectable_pp: The true difference that such a study finds with 80 % power.
        provable_pp: The margin within which such a study proves equivalence with 80 % power, where there is no difference.
        ours_only: Answers (seed, image) that only our head has right.
        theirs_only: Answers that only the other head has right.
        note: What is special about these answers; empty as a rule.
    """

    n_seeds: int
    n_images: int
    margin_pp: float
    ours_accuracy: float
    theirs_accuracy: float
    effect_pp: float
    low_pp: Number
    high_pp: Number
    p: Number
    se_pp: Number
    df: Number
    components: Components | Missing
    seeds_only: Interval | Missing
    sign_flip_p: Number
    sign_flip_floor: Number
    equivalence_p: Number
    detectable_pp: Number
    provable_pp: Number
    ours_only: int
    theirs_only: int
    note: str


def compare(ours: np.ndarray, theirs: np.ndarray, *, margin_pp: float = MARGIN_PP) -> Comparison:
    """Compare the accuracies of two heads.

    Args:
        ours: True where an image was classified rightly, bool, shape (n_seeds, n_images).
        theirs: The same of the other head: the same seeds and the same images, in the same order.
        margin_pp: The difference that counts as small, in percentage points.

    Raises:
        StatisticsError: the arrays are not two boolean ones of the same shape with answers in them, or the margin is not
            between 0 and 100.
    """
    check_margin(margin_pp)
    for whose, answers in (("ours", ours), ("theirs", theirs)):
        _check_answers(whose, answers)
    if ours.shape != theirs.shape:
        raise StatisticsError(
            f"compare: expected the same seeds and images of both heads, got {_size(ours)} of ours and {_size(theirs)} of "
            "theirs; keep the seeds and images that both have, in the same order"
        )
    return compared(ours.astype(np.int64), theirs.astype(np.int64), unit=1, margin_pp=margin_pp)


def compared(ours: np.ndarray, theirs: np.ndarray, *, unit: int, margin_pp: float) -> Comparison:
    """Compare answers that count as whole multiples of 1 / unit, int64, shape (n_seeds, n_images); see ``compare``."""
    difference = ours - theirs
    n_seeds, n_images = difference.shape
    rows = difference.sum(axis=1)
    differing = int(np.count_nonzero(difference.any(axis=0)))
    squares = MeanSquares.of(difference) if min(n_seeds, n_images) > 1 else None
    unknown = Missing("the spread needs at least two seeds and two images")
    few = _too_few(n_seeds, n_images)
    if few or squares is None:
        test = not_tested(few or unknown)
    else:
        test = difference_test(squares, unit=unit, margin=margin_pp / 100, differing=differing)
    return Comparison(
        n_seeds=n_seeds,
        n_images=n_images,
        margin_pp=margin_pp,
        ours_accuracy=float(ours.mean()) / unit,
        theirs_accuracy=float(theirs.mean()) / unit,
        effect_pp=100 * int(rows.sum()) / (unit * difference.size),
        low_pp=_pp(test.low),
        high_pp=_pp(test.high),
        p=test.p,
        se_pp=unknown if squares is None else 100 * float(squares.estimate().se) / unit,
        df=unknown if squares is None else _df(squares),
        components=unknown if squares is None else _components(squares, unit),
        seeds_only=few or _seeds_only(rows / (unit * n_images)),
        sign_flip_p=few or sign_flip_p(rows),
        sign_flip_floor=few or 2.0 ** (1 - n_seeds),
        equivalence_p=test.equivalence_p,
        detectable_pp=_pp(test.detectable),
        provable_pp=_pp(test.provable),
        ours_only=round(float((ours * (unit - theirs)).sum()) / unit**2),
        theirs_only=round(float((theirs * (unit - ours)).sum()) / unit**2),
        note=_note(ours, theirs, differing, tested=few is None),
    )


def check_margin(margin_pp: float) -> None:
    """Raise StatisticsError unless the margin lies between 0 and 100 percentage points, both excluded."""
    if not 0 < margin_pp < 100:
        raise StatisticsError(
            f"margin_pp: expected a number of percentage points between 0 and 100, got {margin_pp}; the margin is the "
            "difference that you would call small, such as 0.5"
        )


def _check_answers(whose: str, answers: np.ndarray) -> None:
    expected = f"compare: expected {whose} to be a boolean array of shape (n_seeds, n_images)"
    if not isinstance(answers, np.ndarray):
        raise StatisticsError(f"{expected}, got {type(answers).__name__}; give a NumPy array")
    if answers.dtype != np.bool_:
        raise StatisticsError(f"{expected}, got the dtype {answers.dtype}; give predictions == labels")
    if answers.ndim != 2 or not answers.size:
        raise StatisticsError(f"{expected} with at least one of each, got the shape {answers.shape}")


def _size(answers: np.ndarray) -> str:
    return f"{counted(answers.shape[0], 'seed')} x {counted(answers.shape[1], 'image')}"


def _too_few(n_seeds: int, n_images: int) -> Missing | None:
    if n_seeds < FEWEST_SEEDS:
        return Missing(f"{counted(n_seeds, 'seed')}: a test needs at least {FEWEST_SEEDS}")
    return Missing("1 image: a test needs at least two") if n_images == 1 else None


def _seeds_only(means: np.ndarray) -> Interval | Missing:
    if not np.ptp(means):
        return Missing("all seeds give the same difference")
    half = float(quantile(len(means) - 1, (1 + LEVEL) / 2) * means.std(ddof=1) / np.sqrt(len(means)))
    return Interval(100 * (float(means.mean()) - half), 100 * (float(means.mean()) + half))


def _df(squares: MeanSquares) -> Number:
    df = float(squares.estimate().df)
    return NO_SPREAD if np.isnan(df) else df


def _components(squares: MeanSquares, unit: int) -> Components:
    found = squares.components()
    return Components(*(value / unit**2 for value in (found.seed, found.image, found.residual)))


def _pp(share: Number) -> Number:
    return share if isinstance(share, Missing) else 100 * share


def _note(ours: np.ndarray, theirs: np.ndarray, differing: int, *, tested: bool) -> str:
    n_seeds, n_images = ours.shape
    notes = []
    if differing == 0:
        wrong = " (all of them wrong)" if not ours.any() else ""
        notes.append(f"identical on all {ours.size:,} answers{wrong}" if ours.size > 1 else f"the same answer{wrong}")
    elif differing < FEWEST_IMAGES and tested:
        notes.append(f"the heads differ on only {differing:,} of {counted(n_images, 'image')}")
    distinct = len({(one.tobytes(), other.tobytes()) for one, other in zip(ours, theirs, strict=True)})
    if n_seeds > 1 and distinct == 1:
        notes.append("the seed changed nothing")
    elif distinct < n_seeds:
        notes.append(f"only {distinct:,} of {n_seeds:,} seeds have answers of their own, the others repeat them")
    return "; ".join(notes)

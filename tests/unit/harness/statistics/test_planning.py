"""How many seeds settle the margin."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from harness.errors import StatisticsError
from harness.statistics import Comparison, Components, compare, plan
from harness.text import Missing

_ONE = np.random.default_rng(0).random((10, 60)) < 0.9


def _study(seed_pp: float, image: float, residual: float, *, n_images: int = 10_000) -> Comparison:
    """Return a comparison of 10 seeds with given components."""
    components = Components((seed_pp / 100) ** 2, image, residual)
    return dataclasses.replace(compare(_ONE, ~_ONE), n_images=n_images, components=components)


def _reach(components: Components, n_seeds: int, n_images: int) -> float:
    """Return what a study settles, in percentage points, from the definitions alone."""
    seeds = n_images * components.seed + components.residual
    images = n_seeds * components.image + components.residual
    together = seeds + images - components.residual
    t = stats.t(together**2 / (seeds**2 / (n_seeds - 1) + images**2 / (n_images - 1)))
    factor = max(t.ppf(0.975) + t.ppf(0.8), t.ppf(0.95) + t.ppf(0.9))
    return float(100 * factor * np.sqrt(together / (n_seeds * n_images)))


@pytest.mark.parametrize("seed_pp", [0.3, 0.57, 0.9])
def test_the_number_is_the_smallest_that_is_enough(seed_pp: float) -> None:
    """With the planned seeds the study reaches the margin, with one fewer it does not."""
    study = _study(seed_pp, 0.0038, 0.0209)
    planned = plan(study)

    assert isinstance(planned.seeds, int)
    assert isinstance(study.components, Components)
    assert _reach(study.components, planned.seeds, 10_000) <= 0.5 < _reach(study.components, planned.seeds - 1, 10_000)


def test_the_range_is_that_of_the_spread_over_seeds() -> None:
    """Fewest and most seeds belong to the chi-square interval of a standard deviation from 10 seeds: 0.69 to 1.83."""
    factors = 9 / stats.chi2(9).ppf([0.975, 0.025])  # of the mean square of seeds, which is a spread over 10 seeds
    assert np.sqrt(factors) == pytest.approx((0.69, 1.83), abs=0.01)
    planned = plan(_study(0.57, 0.0038, 0.0209))
    square = 10_000 * 0.0057**2 + 0.0209
    seed_pp = 100 * np.sqrt((factors * square - 0.0209) / 10_000)
    assert (planned.fewest, planned.most) == tuple(plan(_study(value, 0.0038, 0.0209)).seeds for value in seed_pp)
    assert "8 to 47 because the spread over 10 seeds is itself uncertain" in planned.words()


def test_too_few_images() -> None:
    """Where the choice of images alone leaves more open than the margin, no number of seeds is enough."""
    study = _study(0.57, 0.0038, 0.0209, n_images=1000)
    planned = plan(study)

    assert planned.seeds == planned.most == Missing("no number of seeds is enough on these images")
    assert planned.floor_pp == pytest.approx(100 * np.sqrt(0.0038 / 1000) * (1.645 + 1.282), rel=2e-3)
    assert planned.words() == (
        "No number of seeds settles 0.5 points on 1,000 images: the choice of the images alone leaves 0.57 points open. "
        f"More than {planned.images:,} images are needed."
    )
    assert plan(study, n_images=planned.images - 50).floor_pp > 0.5 >= plan(study, n_images=planned.images).floor_pp  # type: ignore[operator]
    assert plan(study, n_images=10_000).images == 10_000


def test_hopeless_and_trivial_studies() -> None:
    """A huge spread needs more seeds than anybody has; without any spread, the fewest seeds of a test are enough."""
    assert plan(_study(20, 0, 0.02)).seeds == Missing("more than 1,000")
    assert "takes more than 1,000 seeds on 10,000 images" in plan(_study(20, 0, 0.02)).words()
    planned = plan(_study(0, 0, 0))
    assert (planned.seeds, planned.fewest, planned.most) == (5, 5, 5)
    assert planned.words() == (
        "To settle 0.5 points with 80 % power takes about 5 seeds on 10,000 images. "
        "Declare the number before the next run, and do not stop earlier."
    )


def test_so_many_seeds_and_no_more() -> None:
    """1,000 seeds are planned, 1,001 are not."""
    factor = stats.t(999).ppf(0.95) + stats.t(999).ppf(0.9)  # the spread is of seeds alone
    enough, too_few = (plan(_study(0.5 * np.sqrt(seeds) / factor, 0, 0)).seeds for seeds in (999.5, 1000.5))
    assert (enough, too_few) == (1000, Missing("more than 1,000"))


def test_images_of_a_small_study() -> None:
    """How many images are needed comes from t with one degree of freedom less than the study's images."""
    t = stats.t(7)
    expected = np.ceil(0.0038 * ((t.ppf(0.95) + t.ppf(0.9)) / 0.005) ** 2)
    assert plan(_study(0.1, 0.0038, 0.02, n_images=8)).images == expected
    assert isinstance(plan(_study(0.1, 0, 0.0001), n_images=2).seeds, int)


def test_a_plan_without_images_is_refused() -> None:
    """The next study needs two images or more."""
    with pytest.raises(StatisticsError, match="at least 2, got 1"):
        plan(_study(0.3, 0.0038, 0.0209), n_images=1)


def test_one_seed_plans_nothing() -> None:
    """Without a spread over seeds, nothing is said of the next study."""
    planned = plan(compare(_ONE[:1], ~_ONE[:1]))
    assert isinstance(planned.seeds, Missing)
    assert planned.words() == (
        "How many seeds would settle 0.5 points cannot be said: the spread needs at least two seeds and two images."
    )

"""The simulated studies are those that the model says: components, accuracies, differences."""

import numpy as np
import pytest
from scipy import stats

from harness.statistics import Components
from harness.statistics.crossed import MeanSquares
from tests.statistics.error_rates import Pairs
from tests.statistics.probit import Pair, Probit


@pytest.mark.parametrize("pair", Pairs.read().pairs, ids=lambda pair: pair.name)
def test_the_fit_has_the_components(pair: Pair) -> None:
    """The fitted model has the variance components that were asked for."""
    found = Probit.fitted(pair.accuracy, pair.components).components()
    wanted = pair.components
    assert (found.seed, found.image, found.residual) == pytest.approx(
        (wanted.seed, wanted.image, wanted.residual), abs=1e-12
    )


def test_components_that_no_model_has_are_refused() -> None:
    """Heads that are nearly always right cannot differ on a fifth of all answers."""
    with pytest.raises(ValueError, match="the components do not fit"):
        Probit.fitted(0.99, Components(0.0, 0.0, 0.2))
    with pytest.raises(ValueError, match="leave variance for single answers"):
        Probit.fitted(0.9, Components(seed=0.1, image=0.06, residual=0.0))


@pytest.mark.parametrize("effect", [0.0, 0.02])
def test_drawn_studies_have_the_moments(effect: float) -> None:
    """Over 400 drawn studies, the mean and each mean square agree with the model within 4 standard errors of their mean."""
    model = Probit.fitted(0.95, Components(seed=2e-4, image=0.005, residual=0.02))
    studies = [
        MeanSquares.of(model.study(np.random.default_rng([1, n]), n_seeds=5, n_images=500, effect=effect))
        for n in range(400)
    ]

    def off(values: list[float], expected: float) -> float:
        return abs(np.mean(values) - expected) / stats.sem(values)

    assert off([float(study.mean) for study in studies], effect) < 4
    if not effect:
        assert off([float(study.seeds) for study in studies], 500 * 2e-4 + 0.02) < 4
        assert off([float(study.images) for study in studies], 5 * 0.005 + 0.02) < 4
        assert off([float(study.residual) for study in studies], 0.02) < 4


def test_drawn_accuracies() -> None:
    """Each head has its accuracy, within 4 standard errors over 300 studies."""
    model = Probit.fitted(0.95, Components(seed=2e-4, image=0.005, residual=0.02))
    shares = [
        model.answers(np.random.default_rng([2, n]), (0.9, 0.95, 0.97), n_seeds=3, n_images=300).mean(axis=(1, 2))
        for n in range(300)
    ]
    off = np.abs(np.mean(shares, axis=0) - (0.9, 0.95, 0.97)) / stats.sem(shares)
    assert off.max() < 4

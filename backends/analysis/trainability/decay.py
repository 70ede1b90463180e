"""How a variance falls with the number of qubits, and the rule that calls it a barren plateau.

The definition is that of McClean et al., Nat. Commun. 9, 4812 (2018), for every component of the gradient: its variance over
random angles falls exponentially with the number of qubits. So the largest component decides. A few widths prove no law for
all of them: every answer but the one by structure is about the widths that were looked at. A power law that fits better is no
answer: small circuits of a law that is exponential in the end often look like one.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from backends.analysis.trainability.facts import Answer, Decay, Estimate

LEAST_WIDTHS = 4
FLAT = 0.1  # ours: slower decay, less than 10 % a qubit, is called none
ODDS = 20.0  # ours: of one law over the other

_T_95 = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604)
"""97.5 % quantiles of Student's t with 1, 2, ... degrees of freedom."""

RULE = (
    f"yes where the 95 % interval of the decay rate lies above {FLAT:g} a qubit and an exponential law is at least {ODDS:g} "
    f"times as likely as a power law; no where the interval lies below {FLAT:g}, or where the outputs depend on equally many "
    f"qubits and gates at every width; cannot tell otherwise, or with fewer than {LEAST_WIDTHS} widths. The rate is that of "
    "the largest component: a plateau is barren where all components vanish"
)


class Judged(NamedTuple):
    """An answer and its reason."""

    answer: Answer
    reason: str


def decay_of(widths: Sequence[int], variances: Sequence[Estimate]) -> Decay | None:
    """Return the fit of an exponential law to variances; None with fewer than three widths or where a variance is zero.

    The logarithms are fitted by least squares without weights: over a factor of a hundred, a law is off by more than
    these estimates are. The residuals give the interval, or the standard errors where those are larger.

    Args:
        widths: Numbers of qubits, at most fifteen.
        variances: Of each width.
    """
    if len(widths) < 3 or any(one.value <= 0 for one in variances):
        return None
    logarithms = np.log([one.value for one in variances])
    noise = float(np.mean([(one.standard_error / one.value) ** 2 for one in variances]))
    x = np.asarray(widths, dtype=float)
    slope, squares = _line(x, logarithms)
    power, squares_of_power = _line(np.log(x), logarithms)
    n_free = len(x) - 2
    spread = math.sqrt(max(squares / n_free, noise) / float(((x - x.mean()) ** 2).sum()))
    half = _T_95[n_free - 1] * spread
    floor = noise * len(x)
    odds = ((squares_of_power + floor) / (squares + floor)) ** (len(x) / 2) if squares + floor > 0 else 1.0
    return Decay(rate=-slope, low=-slope - half, high=-slope + half, power=-power, odds=odds)


def judged(decay: Decay | None, n_widths: int) -> Judged:
    """Return what a fit to so many widths says by ``RULE``."""
    if n_widths < LEAST_WIDTHS:
        return Judged("cannot tell", f"it takes {LEAST_WIDTHS} widths, there are {n_widths}")
    if decay is None:
        return Judged("cannot tell", "no angle matters at one of the widths")
    if decay.high < FLAT:
        return Judged("no", f"the rate is below {FLAT:g}")
    if decay.low <= FLAT:
        return Judged("cannot tell", f"the interval of the rate has {FLAT:g} inside")
    if decay.odds < ODDS:
        return Judged("cannot tell", "the variance falls, but not clearly faster than a power law")
    return Judged("yes", "the variance falls exponentially")


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return the slope of the line of least squares, and the sum of squares that it leaves."""
    slope, offset = np.polyfit(x, y, 1)
    return float(slope), float(((y - slope * x - offset) ** 2).sum())

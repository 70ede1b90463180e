"""Checks of heads that model a noisy device: every source of noise has an effect, in each mode."""

from collections.abc import Iterator

import numpy as np

from backends.circuits.oracle import probabilities
from backends.conformance.circuits import DEEP
from backends.conformance.results import Finding, NotApplicable, compare, sampling_tolerance
from backends.conformance.subject import Subject, run
from backends.surrogates.surrogate import HeadFactory

_ROWS = np.array([[0.4], [-1.0]])
_SHOTS = 20_000
_LEAST_EXACT = 1e-6  # 1e4 times the rounding that two exact answers may differ by


def noise_is_on(subject: Subject) -> Iterator[Finding]:
    """On a deep circuit a noisy head differs from the oracle beyond rounding or sampling error, in each mode."""
    off = _require_noise(subject).noiseless_options
    expected = probabilities(DEEP, _ROWS)
    for shots in _modes(subject):
        nothing = "; its options leave all noise off: set some, or the class's noisy_options"
        hint = nothing if off and not _sources_on(subject, shots=shots) else ""
        got = run(subject.head(DEEP, shots=shots, noise=True), _ROWS)
        least = _LEAST_EXACT if shots is None else sampling_tolerance(expected, shots=shots)
        excess = np.abs(got - expected) / least
        yield Finding(
            float(excess.max()), 1, f"largest |p - ideal| in units of what chance allows, shots {shots}{hint}", True
        )


def every_noise_source_matters(subject: Subject) -> Iterator[Finding]:
    """Each source of noise that is on changes the deep circuit's probabilities when it alone is turned off."""
    able = _require_noise(subject).capabilities
    shots = None if able.analytic else _SHOTS
    off = subject.head_class.noiseless_options
    if not off:
        raise NotApplicable("it declares no noiseless_options, so no source can be turned off")
    on = _sources_on(subject, shots=shots)
    if not on:
        raise NotApplicable(f"the options turn all its noise off: {', '.join(off)}")
    with_all = run(subject.head(DEEP, shots=shots, noise=True), _ROWS)
    for source in on:
        without = Subject(subject.head_class, options={**subject.with_noise, source: off[source]})
        got = run(without.head(DEEP, shots=shots, noise=True), _ROWS)
        # Two sampled values differ by sqrt(2) as much as one from its expectation.
        least = _LEAST_EXACT if shots is None else np.sqrt(2) * sampling_tolerance(with_all, shots=_SHOTS)
        excess = np.abs(got - with_all) / least
        yield Finding(
            float(excess.max()), 1, f"change of p without {source}, in units of what chance allows", at_least=True
        )


def shots_follow_the_exact_noise(subject: Subject) -> Iterator[Finding]:
    """With shots, a noisy head scatters about its own exact probabilities: both modes have the same noise."""
    _require_noise(subject)
    exact = run(subject.head(DEEP, shots=None, noise=True), _ROWS)
    got = run(subject.head(DEEP, shots=_SHOTS, noise=True), _ROWS)
    yield compare(got, exact, shots=_SHOTS, what=DEEP.name)


def _require_noise(subject: Subject) -> HeadFactory:
    if not subject.head_class.capabilities.noisy:
        raise NotApplicable("it models no noise")
    return subject.head_class


def _sources_on(subject: Subject, *, shots: int | None) -> list[str]:
    off = subject.head_class.noiseless_options
    checked = subject.head_class.check(DEEP, shots=shots, options=subject.with_noise)
    return [source for source in off if getattr(checked, source) != off[source]]


def _modes(subject: Subject) -> list[int | None]:
    return [None if shots is None else _SHOTS for shots in subject.modes]

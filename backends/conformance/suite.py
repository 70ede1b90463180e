"""The list of checks in order, and the one function that runs them."""

import dataclasses
import inspect
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from backends.conformance import consistency, contract, derivatives, facts, module, noise, shots
from backends.conformance.results import CheckResult, CheckStatus, Finding, NotApplicable
from backends.conformance.subject import Subject
from backends.surrogates.surrogate import HeadFactory


@dataclasses.dataclass(frozen=True)
class Check:
    """A check and what it rests on.

    Attributes:
        function: Yields findings; its docstring is the claim.
        after: Checks whose failure would make this one fail as well. It is then skipped, so that the check that is
            reported names the cause.
    """

    function: Callable[[Subject], Iterable[Finding]]
    after: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.__name__

    @property
    def claim(self) -> str:
        """What the check stands for."""
        return inspect.getdoc(self.function) or ""


_RUNS = "output_is_probabilities"
_BATCH = "batch_equals_its_rows"
_VALUES = "paper_circuits"  # the last of a chain that begins with ground_state_reads_zero
_FRESH = ("sampled_values_are_counts", "calls_differ", "rows_differ")
CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        # The interface.
        Check(contract.options_round_trip),
        Check(contract.capabilities_are_true),
        Check(module.names_of_the_module_are_kept),
        Check(contract.output_is_probabilities),
        Check(contract.inputs_stay_as_they_are, after=(_RUNS,)),
        Check(contract.wrong_angles_are_refused),
        Check(contract.weights_are_parameters),
        Check(contract.provenance_is_json),
        Check(contract.tally_counts_what_was_run, after=(_RUNS,)),
        # The head against itself: a mixed-up batch, or a copy that forgets, is no wrong gate.
        Check(consistency.batch_equals_its_rows, after=(_RUNS, "inputs_stay_as_they_are")),
        Check(module.moved_heads_answer_alike, after=("names_of_the_module_are_kept", _BATCH)),
        Check(module.copies_answer_alike, after=(_BATCH,)),
        Check(module.state_dict_restores_the_weights, after=(_BATCH,)),
        # Exact and sampled values against the oracle.
        Check(facts.exact_values_have_double_precision, after=(_BATCH,)),
        Check(facts.ground_state_reads_zero, after=(_BATCH, "exact_values_have_double_precision")),
        Check(facts.qubit_order, after=("ground_state_reads_zero",)),
        Check(facts.angle_order, after=("qubit_order",)),
        Check(facts.rotation_sign, after=("angle_order",)),
        Check(facts.scale_and_offset, after=("rotation_sign",)),
        Check(facts.every_gate, after=("scale_and_offset",)),
        Check(facts.paper_circuits, after=("every_gate",)),
        Check(facts.wide_circuits, after=(_VALUES,)),
        Check(facts.two_pi_changes_nothing, after=(_VALUES,)),
        Check(facts.joint_outcomes_are_numbered_alike, after=(_VALUES,)),
        # Shot noise.
        Check(shots.sampled_values_are_counts, after=(_VALUES,)),
        Check(shots.calls_differ, after=(_VALUES,)),
        Check(shots.rows_differ, after=(_VALUES,)),
        Check(shots.seed_repeats, after=(_VALUES,)),
        Check(shots.shot_noise_has_the_right_size, after=_FRESH),
        Check(shots.outputs_share_shots, after=_FRESH),
        Check(shots.joint_outcomes_follow_the_oracle, after=("outputs_share_shots",)),
        # Derivatives.
        Check(derivatives.gradient_matches_finite_differences, after=("two_pi_changes_nothing",)),
        Check(
            derivatives.sampled_gradient_is_unbiased,
            after=("shot_noise_has_the_right_size", "gradient_matches_finite_differences"),
        ),
        # A noisy device.
        Check(noise.noise_is_on, after=(_RUNS,)),
        Check(noise.every_noise_source_matters, after=("noise_is_on", "ground_state_reads_zero")),
        Check(noise.shots_follow_the_exact_noise, after=("every_noise_source_matters",)),
        Check(derivatives.noisy_gradient_is_its_own_derivative, after=("gradient_matches_finite_differences",)),
    )
}


class Suite:
    """The checks of one head; each is run once, when its result is first asked for, after the checks that it rests on."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._results: dict[str, CheckResult] = {}

    def result(self, name: str) -> CheckResult:
        """Return the result of a check of ``CHECKS``."""
        if name not in self._results:
            check = CHECKS[name]
            failed = self._failed_before(name)
            if failed:
                detail = f"not checked: it rests on {', '.join(failed)}, which failed"
                self._results[name] = CheckResult(name, check.claim, "skipped", None, None, detail, 0.0)
            else:
                self._results[name] = _run(check, self._subject)
        return self._results[name]

    def no_value_checked(self) -> bool:
        """Whether nothing failed because every check against the oracle was skipped: such a head is not conformant."""
        statuses = {name: self.result(name).status for name in CHECKS}
        compared = ("ground_state_reads_zero", "every_gate", _VALUES)
        return "failed" not in statuses.values() and all(statuses[name] == "skipped" for name in compared)

    def _failed_before(self, name: str) -> list[str]:
        """Return the checks that failed among those that this one rests on, directly or not."""
        failed: dict[str, None] = {}  # in order, once
        for before in CHECKS[name].after:
            own = [before] if self.result(before).status == "failed" else []
            failed.update(dict.fromkeys((*self._failed_before(before), *own)))
        return list(failed)


def run_checks(head_class: HeadFactory, *, options: Mapping[str, Any] | None = None) -> Iterator[CheckResult]:
    """Run every check on a head, one after the other.

    Args:
        head_class: The adapter, e.g. from ``backends.registry.head_class``.
        options: Options that it is checked with.

    Yields:
        A result a check, in the order of ``CHECKS``, and a last one, ``values_were_checked``, that fails where every
        check against the oracle was skipped.
    """
    suite = Suite(Subject(head_class, options=options))
    for name in CHECKS:
        yield suite.result(name)
    nothing = suite.no_value_checked()
    yield CheckResult(
        "values_were_checked",
        "A head whose values were never compared with the oracle's is not conformant.",
        "failed" if nothing else "passed",
        None,
        None,
        "every check against the oracle was skipped" if nothing else "",
        0.0,
    )


def _run(check: Check, subject: Subject) -> CheckResult:
    started = time.perf_counter()
    tightest: Finding | None = None
    status: CheckStatus = "passed"
    detail = ""
    try:
        for finding in check.function(subject):
            if tightest is None or not finding.passed or finding.strain > tightest.strain:
                tightest = finding
            if not finding.passed:
                status = "failed"
                break
        detail = tightest.detail if tightest else ""
    except NotApplicable as reason:
        # What was found in one mode counts; only a check that found nothing is skipped.
        status, detail = ("skipped", str(reason)) if tightest is None else (status, tightest.detail)
    except Exception as error:  # a head may raise anything, and the other checks go on
        status, detail = "failed", f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - started
    if tightest is None:
        return CheckResult(check.name, check.claim, status, None, None, detail, seconds)
    measured, allowed, at_least = tightest.measured, tightest.allowed, tightest.at_least
    return CheckResult(check.name, check.claim, status, measured, allowed, detail, seconds, at_least)

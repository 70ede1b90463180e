"""Sentences that say which step from the linear head to the quantum one makes the difference, by rule."""

from collections.abc import Sequence

from harness.report.numbers.explanation import Chain, Step
from harness.report.numbers.verdicts import DeclaredVerdict
from harness.statistics import Judgement, Verdict, points
from harness.text import Missing, counted, listed

_WHAT_IS_NEW = {"bounded": "outputs between 0 and 1", "cosine": "outputs of the shape (1 + cos)/2"}
_A_CIRCUIT = "a circuit"


def explanation(chain: Chain | Missing, found: Sequence[DeclaredVerdict]) -> list[str]:
    """Return two or three sentences; none of them claims more than the verdicts do.

    Args:
        chain: The steps that the study has; or why it has none, and then there is nothing to say.
        found: The verdicts of the declared comparisons.
    """
    if isinstance(chain, Missing):
        return []
    whole = chain.whole.comparison
    steps = "; ".join(_step(step) for step in chain.steps)
    size = f"{counted(whole.n_seeds, 'seed')} x {counted(whole.n_images, 'image')}"
    whole_text = (
        f"From {chain.whole.theirs} to {chain.whole.ours}: {_effect(chain.whole)} on {size}. Step by step: {steps}."
    )
    return [whole_text, _shares(chain, found), _circuit(chain.steps[-1], found)]


def _step(step: Step) -> str:
    return f"{step.theirs} to {step.ours} ({_WHAT_IS_NEW.get(step.head, _A_CIRCUIT)}) {_effect(step)}"


def _effect(step: Step) -> str:
    comparison = step.comparison
    effect = f"{points(comparison.effect_pp)} points"
    if isinstance(comparison.low_pp, Missing) or isinstance(comparison.high_pp, Missing):
        return effect
    return f"{effect} (95 % CI {points(comparison.low_pp)} to {points(comparison.high_pp)})"


def _shares(chain: Chain, found: Sequence[DeclaredVerdict]) -> str:
    """Return which part of the difference each step makes, where a verdict says that there is a difference."""
    whole = chain.whole
    judged = _judgement(whole.ours, whole.theirs, found)
    if judged is None:
        return f"{whole.ours} against {whole.theirs} has no verdict, so the steps are not weighed against each other."
    if judged.verdict not in (Verdict.BETTER, Verdict.WORSE):
        return (
            f"The verdict of {whole.ours} against {whole.theirs} is {judged.verdict}, so there is no established difference that "
            "the steps could explain."
        )
    if whole.comparison.effect_pp * judged.comparison.effect_pp <= 0:
        return (
            f"The verdict of {whole.ours} against {whole.theirs} is {judged.verdict}, but the seeds that all heads of these steps "
            "have do not show it, so the steps are not weighed against each other."
        )
    name = "gain" if judged.verdict is Verdict.BETTER else "loss"
    parts = [f"the step to {step.ours} {100 * chain.share(step):.0f} %" for step in chain.steps]
    return f"Of the {name} of {whole.ours} over {whole.theirs}, {listed(parts)}: shares of the estimated differences."


def _circuit(last: Step, found: Sequence[DeclaredVerdict]) -> str:
    """Return what the last step, to the circuit, has for a verdict."""
    judged = _judgement(last.ours, last.theirs, found)
    if judged is None:
        return f"{last.ours} against {last.theirs} has no verdict, so whether the circuit changes anything is open."
    margin = f"{judged.comparison.margin_pp:g} points"
    match judged.verdict:
        case Verdict.EQUIVALENT:
            return f"{last.theirs}, which has no circuit, and {last.ours} are equivalent within {margin}."
        case Verdict.BETTER | Verdict.WORSE as verdict:
            return f"{last.ours} is {verdict} than {last.theirs}, which has no circuit{', by less than ' + margin if judged.within_margin else ''}."
        case verdict:
            return f"Whether the circuit changes anything against {last.theirs} is open: {verdict}."


def _judgement(ours: str, theirs: str, found: Sequence[DeclaredVerdict]) -> Judgement | None:
    """Return the judgement of a declared pair, None where there is none; the order in which it was declared counts."""
    judgements = (verdict.judgement for verdict in found if (verdict.ours, verdict.theirs) == (ours, theirs))
    return next((judged for judged in judgements if not isinstance(judged, Missing)), None)

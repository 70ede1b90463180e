"""Table 1, Fig. 6 and Fig. 7 of the paper beside the reference study."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from docs.figures.prediction import Prediction
from harness.records.record import Epoch, Evaluation
from harness.report.numbers import paper
from harness.report.numbers.accuracies import half_width
from harness.report.numbers.groups import Group
from harness.text import counted, listed

EPOCHS = (1, 5, 10, 20)
LEAST_SHARE = 0.95
"""Fig. 7: "at least 95% correct prediction" of each digit."""
_LAST, _LEVEL = 5, 0.05  # converged: the last 5 epochs change the loss by less than 5 % of its whole fall


class Claim(NamedTuple):
    """One statement of the paper with its verdict, and the sentence that says why."""

    claim: str
    verdict: str
    why: str


def evaluations(group: Group) -> list[Evaluation]:
    """Return how the runs of a configuration classified the split's test images, as the paper does."""
    return [run.evaluation for run in group.evaluated if run.evaluation]


def table_1(group: Group) -> str:
    """Return Table 1 as Markdown: the published number, and ours with its prediction for one run."""
    lines = [
        "| digit | precision | ours | recall | ours | F1 | ours |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for published in paper.TABLE_1:
        cells = []
        for name, value in (("precision", published.precision), ("recall", published.recall), ("f1", published.f1)):
            found = _of_digit(group, published.digit, name)
            cells += [f"{value:.2f}", str(found) if found.verdict(value) == "reproduced" else f"**{found}**"]
        lines.append(f"| {published.digit} | {' | '.join(cells)} |")
    accuracy, macro = _accuracy(group), [_macro(group, name) for name in ("precision", "recall", "f1")]
    lines.append("| macro average | " + " | ".join(f"{paper.MACRO:.2f} | {found}" for found in macro) + " |")
    lines.append(f"| accuracy | | | | | {paper.ACCURACY:.2f} | {accuracy} |")
    return "\n".join(lines) + "\n"


def claims_of_table_1(group: Group) -> list[Claim]:
    """Return what the paper claims in Table 1."""
    accuracy = _accuracy(group)
    claims = [
        Claim(
            "accuracy 0.97 (Table 1)",
            accuracy.verdict(paper.ACCURACY),
            f"ours is {accuracy}, {counted(len(evaluations(group)), 'seed')}",
        )
    ]
    for name, words in (("precision", "precision"), ("recall", "recall"), ("f1", "F1")):
        found = _macro(group, name)
        claims.append(Claim(f"macro {words} 0.97 (Table 1)", found.verdict(paper.MACRO), f"ours is {found}"))
    scores = [
        (score.digit, words, value, _of_digit(group, score.digit, name))
        for score in paper.TABLE_1
        for name, words, value in (
            ("precision", "precision", score.precision), ("recall", "recall", score.recall), ("f1", "F1", score.f1)
        )
    ]  # fmt: skip
    outside = [
        f"{words} of {digit} ({value:.2f}, ours {found})"
        for digit, words, value, found in scores
        if found.verdict(value) != "reproduced"
    ]
    inside = len(scores) - len(outside)
    verdict = "reproduced" if not outside else f"reproduced for {inside} of {len(scores)}"
    why = f"outside the interval: {listed(outside)}" if outside else "all lie within the interval"
    return [*claims, Claim(f"the {len(scores)} scores by digit (Table 1)", verdict, why)]


def fig_6(groups: Sequence[Group]) -> str:
    """Return validation loss and accuracy by epoch as Markdown: mean over seeds with its 95 % interval over seeds."""
    names = " | ".join(f"{group.label}: loss | accuracy" for group in groups)
    lines = [f"| epoch | {names} |", "|---|" + "---:|---:|" * len(groups)]
    for number in EPOCHS:
        cells = []
        for group in groups:
            epochs = _epochs(group, number)
            cells += [
                _mean([epoch.validation_loss for epoch in epochs], 4),
                _mean([epoch.validation_accuracy for epoch in epochs], 3),
            ]
        lines.append(f"| {number} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def claim_of_fig_6(group: Group) -> Claim:
    """Return whether the loss falls and then stays, in every run."""
    falls = []
    for run in group.ok:
        losses = [epoch.validation_loss for epoch in run.epochs]
        if len(losses) > _LAST:
            falls.append((losses[0] - losses[-1], abs(losses[-1 - _LAST] - losses[-1])))
    converged = sum(fall > 0 and late < _LEVEL * fall for fall, late in falls)
    verdict = "reproduced" if converged == len(falls) else f"reproduced in {converged} of {len(falls)} runs"
    why = (
        f"in {converged} of {counted(len(falls), 'run')} the validation loss falls, and its last {_LAST} epochs change it by "
        f"less than {100 * _LEVEL:g} % of the whole fall"
    )
    return Claim("the loss converges (Fig. 6)", verdict, why)


def fig_7(group: Group) -> str:
    """Return the share of each digit that was classified rightly as Markdown."""
    found = evaluations(group)
    lines = ["| digit | published | ours | runs with at least 95 % |", "|---|---:|---:|---:|"]
    for published in paper.TABLE_1:
        values = [evaluation.classes[published.digit].recall or 0.0 for evaluation in found]
        enough = sum(value >= LEAST_SHARE for value in values)
        prediction = _of_digit(group, published.digit, "recall")
        lines.append(f"| {published.digit} | {published.recall:.2f} | {prediction} | {enough} of {len(values)} |")
    return "\n".join(lines) + "\n"


def claim_of_fig_7(group: Group) -> Claim:
    """Return whether every digit is classified rightly in at least 95 %."""
    found = evaluations(group)
    least = [min(score.recall or 0.0 for score in evaluation.classes) for evaluation in found]
    n_images = statistics.fmean(score.support for score in found[0].classes)
    prediction = Prediction.of(least, n_images=n_images)
    all_digits = sum(value >= LEAST_SHARE for value in least)
    return Claim(
        "the worst digit has 0.95 right answers (Fig. 7)",
        prediction.verdict(LEAST_SHARE),
        f"the worst digit of a run has {prediction}; {all_digits} of {counted(len(found), 'run')} have all digits at 95 % or more",
    )


def _accuracy(group: Group) -> Prediction:
    found = evaluations(group)
    return Prediction.of([evaluation.accuracy for evaluation in found], n_images=found[0].n_images)


def _macro(group: Group, name: str) -> Prediction:
    found = evaluations(group)
    values = [getattr(evaluation, f"macro_{name}") or 0.0 for evaluation in found]
    return Prediction.of(values, n_images=found[0].n_images)


def _of_digit(group: Group, digit: int, name: str) -> Prediction:
    scores = [evaluation.classes[digit] for evaluation in evaluations(group)]
    return Prediction.of([getattr(score, name) or 0.0 for score in scores], n_images=scores[0].support)


def _epochs(group: Group, number: int) -> list[Epoch]:
    return [epoch for run in group.ok for epoch in run.epochs if epoch.epoch == number]


def _mean(values: Sequence[float], decimals: int) -> str:
    """Return a mean with half the width of its 95 % interval over seeds."""
    if len(values) < 2:
        return "–"
    return f"{statistics.fmean(values):.{decimals}f} ± {half_width(values):.{decimals}f}"

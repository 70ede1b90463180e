"""The tables of the comparisons: their numbers, and what these rest on."""

from collections.abc import Mapping, Sequence

from harness.report.numbers.rows import ComparisonRow
from harness.report.numbers.verdicts import DeclaredVerdict
from harness.report.sections.layout import Cell, Notes, Table, aligned
from harness.report.sections.price import PRICE_COLUMNS, price_cells
from harness.statistics import Comparison, points
from harness.text import Missing, significant

NO_VERDICT = "no verdict"


def verdict_word(verdict: DeclaredVerdict) -> str:
    """Return the verdict in a word."""
    return NO_VERDICT if isinstance(verdict.judgement, Missing) else str(verdict.judgement.verdict)


def verdicts_table(found: Sequence[DeclaredVerdict], comparison: Sequence[ComparisonRow]) -> Table | None:
    """Return each declared comparison with effect, interval and p; None where there is none."""
    if not found:
        return None
    rows = {row.label: row for row in comparison}
    notes = Notes()
    cells = [[notes.cell(cell) for cell in (*_found(verdict), *_price(verdict, rows))] for verdict in found]
    caption = (
        "The comparisons, percentage points of accuracy: ours minus theirs, paired by seed and image. Interval: 95 %, for "
        "new seeds and new images, not adjusted for the number of comparisons. p of a difference and p of equivalence: adjusted "
        "by Holm's method, each over all rows of this table. The last columns are of our head."
    )
    head = ["Ours", "Verdict", "Seeds", "Images", "Effect", "95 % interval", "p", "Equivalence p", *PRICE_COLUMNS]
    groups = [("", 2), ("Compared", 2), ("Difference", 4), ("Price of ours", 3)]
    return Table("verdicts", caption, head, aligned(cells), notes.lines(), groups)


def spread_table(found: Sequence[DeclaredVerdict]) -> Table | None:
    """Return what the verdicts rest on: standard errors, components, other tests; None where nothing was compared."""
    judged = [verdict for verdict in found if not isinstance(verdict.judgement, Missing)]
    if not judged:
        return None
    notes = Notes()
    cells = [[notes.cell(cell) for cell in _spread(verdict)] for verdict in judged]
    caption = (
        "What the verdicts rest on. SE: the standard error that interval, p and equivalence share, percentage points, and its "
        "degrees of freedom. Seed, image, rest: the parts of the variance of one answer's difference. On these test images: 95 % t "
        "interval over seeds alone, which says nothing of other images. Sign flip: exact p over seeds, and the smallest value that "
        "it can have. Only ours, only theirs: answers that one head alone has right. Detectable: the difference that such a "
        "study finds with 80 % power."
    )
    head = [
        "Ours",
        "SE",
        "Seed",
        "Image",
        "Rest",
        "On these test images",
        "Sign flip",
        "Only ours",
        "Only theirs",
        "Detectable",
    ]
    groups = [("", 2), ("Variance", 3), ("", 2), ("Answers", 2), ("", 1)]
    return Table("spread", caption, head, aligned(cells), notes.lines(), groups)


def _name(verdict: DeclaredVerdict) -> Cell:
    return Cell(verdict.ours, f"against {verdict.theirs}", number=False)


def _found(verdict: DeclaredVerdict) -> list[Cell | Missing]:
    if isinstance(verdict.answers, Missing) or isinstance(verdict.judgement, Missing):
        why = verdict.answers if isinstance(verdict.answers, Missing) else Missing(verdict.sentence)
        return [_name(verdict), Cell(NO_VERDICT, number=False), *[why] * 6]
    judged, compared, answers = verdict.judgement, verdict.judgement.comparison, verdict.answers
    return [
        _name(verdict),
        Cell(str(judged.verdict), f"by less than {compared.margin_pp:g}" if judged.within_margin else "", number=False),
        Cell(f"{len(answers.common)}", f"of {len(answers.seeds)}" if len(answers.seeds) > len(answers.common) else ""),
        Cell(f"{compared.n_images:,}", answers.test_set),
        Cell(points(compared.effect_pp)),
        _interval(compared.low_pp, compared.high_pp),
        _p(judged.p_holm),
        _p(judged.equivalence_p_holm),
    ]


def _price(verdict: DeclaredVerdict, rows: Mapping[str, ComparisonRow]) -> list[Cell | Missing]:
    if verdict.ours not in rows:
        return [Missing("there is no run of it")] * len(PRICE_COLUMNS)
    return price_cells(rows[verdict.ours])


def _spread(verdict: DeclaredVerdict) -> list[Cell | Missing]:
    if isinstance(verdict.judgement, Missing):
        return []
    compared = verdict.judgement.comparison
    parts, seeds_only = compared.components, compared.seeds_only
    variances: list[Cell | Missing] = (
        [parts] * 3
        if isinstance(parts, Missing)
        else [Cell(significant(value, 2)) for value in (parts.seed, parts.image, parts.residual)]
    )
    return [
        _name(verdict),
        compared.se_pp if isinstance(compared.se_pp, Missing) else Cell(f"{compared.se_pp:.3f}", _df(compared)),
        *variances,
        seeds_only if isinstance(seeds_only, Missing) else _interval(seeds_only.low_pp, seeds_only.high_pp),
        _sign_flip(compared),
        Cell(f"{compared.ours_only:,}"),
        Cell(f"{compared.theirs_only:,}"),
        compared.detectable_pp
        if isinstance(compared.detectable_pp, Missing)
        else Cell(f"{compared.detectable_pp:.2f}"),
    ]


def _interval(low: float | Missing, high: float | Missing) -> Cell | Missing:
    if isinstance(low, Missing):
        return low
    return high if isinstance(high, Missing) else Cell(f"{points(low)} to {points(high)}")


def _p(value: float | Missing) -> Cell | Missing:
    return value if isinstance(value, Missing) else Cell(p_in_words(value))


def p_in_words(value: float) -> str:
    """Return a p-value with three decimals, or that it is smaller."""
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _df(compared: Comparison) -> str:
    return "" if isinstance(compared.df, Missing) else f"{compared.df:.1f} df"


def _sign_flip(compared: Comparison) -> Cell | Missing:
    if isinstance(compared.sign_flip_p, Missing):
        return compared.sign_flip_p
    floor = compared.sign_flip_floor
    return Cell(
        p_in_words(compared.sign_flip_p), "" if isinstance(floor, Missing) else f"least {significant(floor, 2)}"
    )

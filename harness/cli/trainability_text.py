"""The text of ``qhb inspect --trainability``: what a circuit is before it is trained, at most 80 columns wide."""

import math

from backends.analysis.trainability.decay import RULE
from backends.analysis.trainability.facts import (
    Component,
    Estimate,
    Expressibility,
    Gradients,
    Growth,
    Row,
    Sizes,
    Trainability,
)
from backends.circuits.catalogue import FAMILIES
from backends.circuits.circuit import Circuit
from harness.text import DASH, counted, significant, wrapped

_LABEL, _CELL = 32, 12  # 32 + 4 x 12 = 80
_FIRST, _GROUP, _SHOTS = 6, 20, 8  # 6 + 2 x 20 + 22 + 12 = 80

_MOST_IN_FIRST_BIN = 0.5  # ours


def paragraphs(circuit: Circuit, found: Trainability, head: str | None) -> list[str]:
    """Return the facts of a circuit and, with a head's name, of its execution there."""
    noisy = found.noisy
    texts = [
        wrapped(
            f"{circuit.name}: {counted(circuit.n_qubits, 'qubit')}, {counted(circuit.n_angles, 'angle')}, "
            f"{counted(circuit.n_outputs, 'output')}. All angles are random, each uniform over its period "
            f"(seed {found.seed})."
        ),
        _gradients("Gradient", circuit, found, found.gradients),
    ]
    if noisy:
        texts.append(_gradients(f"Gradient with the noise of {head}", circuit, found, noisy.gradients))
    texts.append(
        wrapped(
            "Derivatives are those of p(0), and exact; those of <Z> = 2 p(0) - 1 have four times the variance. Shots are of "
            "each circuit evaluation of the shift rule, such that the signal, a component's root mean square, equals its "
            "shot noise."
        )
    )
    if found.sizes:
        texts += _growths("Largest component by number of qubits", found.sizes)
        if noisy and noisy.sizes:
            texts += _growths(f"Largest component by number of qubits, with the noise of {head}", noisy.sizes)
        texts += [wrapped(f"Rule: {RULE}."), _by_layers(circuit, found.sizes, noisy.sizes if noisy else None)]
    else:
        texts.append(
            wrapped(
                "Barren plateau: cannot tell; it is a law for growing numbers of qubits, and this circuit is of no family "
                f"({', '.join(FAMILIES)})."
            )
        )
    return [*texts, *_states(found), *(wrapped(f"Note: {note}.") for note in found.notes)]


def _gradients(title: str, circuit: Circuit, found: Trainability, gradients: Gradients) -> str:
    alive = gradients.that_matter
    n_matter = len({one.angle for one in alive})
    first = wrapped(
        f"{title}, {counted(gradients.n_points, 'random point')}: {n_matter} of {counted(circuit.n_angles, 'angle')} "
        "matter."
    )
    lines = [_line("", ["variance", "std. error", "shots", "evaluations"])]
    named = {"largest": 0, "median": len(alive) // 2, "smallest": len(alive) - 1}
    for word, place in named.items():
        if alive and (word == "largest" or place > named["largest"]):
            one = alive[place]
            cells = [significant(one.variance.value), significant(one.variance.standard_error, 2)]
            lines.append(_line(_name(one, word, circuit, found), [*cells, _shots(one), str(one.evaluations)]))
    lines.append(_line(f"2-design, {counted(circuit.n_qubits, 'qubit')}", [significant(found.two_design)]))
    return "\n".join([first, *lines])


def _name(one: Component, word: str, circuit: Circuit, found: Trainability) -> str:
    output = f"p0[{one.output}] by " if circuit.n_outputs > 1 else ""
    return f"{word}: {output}{found.names[one.angle - 1]}"


def _growths(title: str, sizes: Sizes) -> list[str]:
    growths = [growth for growth in sizes.growths if growth.rows]
    by_law = [{row.n_qubits: row for row in growth.rows} for growth in growths]
    designs = {width: row.two_design for rows in by_law for width, row in rows.items()}
    if not designs:
        return []
    groups = [max(_GROUP, 1 + len(growth.layers)) for growth in growths]
    laws = "".join(f"{growth.layers:>{group}}" for growth, group in zip(growths, groups, strict=True))
    lines = [f"{title}:", " " * _FIRST + laws, _headings("qubits", groups) + f"{'2-design':>{_CELL}}"]
    for width, design in sorted(designs.items()):
        cells = "".join(_cells(rows.get(width), group) for rows, group in zip(by_law, groups, strict=True))
        lines.append(f"{width:>{_FIRST}}{cells}{_small(design):>{_CELL}}")
    return ["\n".join(lines), "\n".join(_verdict(growth) for growth in growths)]


def _verdict(growth: Growth) -> str:
    decay, widths = growth.decay, [row.n_qubits for row in growth.rows]
    fit = ""
    if decay:
        fit = (
            f" Each qubit multiplies the variance by {math.exp(-decay.rate):.2f}: rate of decay {decay.rate:.2f} (95 % "
            f"{decay.low:.2f} to {decay.high:.2f}); odds of an exponential against a power law {_odds(decay.odds)}."
        )
    return wrapped(
        f"{growth.layers}, {min(widths)} to {max(widths)} qubits. Barren plateau: {growth.plateau}; {growth.reason}.{fit}"
    )


def _odds(odds: float) -> str:
    if odds < 1:
        return f"1 to {_large(1 / odds)}" if odds > 0 else "1 to more than a million"
    return f"{_large(odds)} to 1"


def _large(value: float) -> str:
    return "more than a million" if value > 1e6 else significant(value, 2)


def _by_layers(circuit: Circuit, sizes: Sizes, noisy: Sizes | None) -> str:
    columns = [("without noise", sizes.by_layers), *([("with noise", noisy.by_layers)] if noisy else [])]
    groups = [_GROUP] * len(columns)
    rows = [{row.n_layers: row for row in found} for _, found in columns]
    lines = [
        f"Largest component by number of layers, {counted(circuit.n_qubits, 'qubit')}:",
        " " * _FIRST + "".join(f"{name:>{_GROUP}}" for name, _ in columns),
        _headings("layers", groups),
    ]
    for depth in sorted(rows[0]):
        lines.append(f"{depth:>{_FIRST}}" + "".join(_cells(found.get(depth), _GROUP) for found in rows))
    return "\n".join(lines)


def _headings(first: str, groups: list[int]) -> str:
    return f"{first:<{_FIRST}}" + "".join(f"{'variance':>{group - _SHOTS}}{'shots':>{_SHOTS}}" for group in groups)


def _cells(row: Row | None, group: int) -> str:
    variance, shots = (DASH, DASH) if row is None else (_small(row.largest.variance.value), _shots(row.largest))
    return f"{variance:>{group - _SHOTS}}{shots:>{_SHOTS}}"


def _states(found: Trainability) -> list[str]:
    express, entangle = found.expressibility, found.entanglement
    return [
        wrapped(
            f"Expressibility: {_with_error(express.divergence)} nats, the Kullback-Leibler divergence from Haar-random states "
            f"({counted(express.n_pairs, 'pair')}, {express.n_bins} bins). Haar-random states themselves would give "
            f"{_with_error(express.haar)}, the bias of this estimate.{_coarse(express)}"
        ),
        wrapped(
            f"Entangling capability: {_with_error(entangle.meyer_wallach)}, the mean Meyer-Wallach measure "
            f"({counted(entangle.n_states, 'state')}); Haar-random states have {significant(entangle.haar)}."
        ),
        wrapped(
            "Both are of the state before the measurement without noise: they are defined for pure states only, so noise "
            "does not enter."
        ),
    ]


def _coarse(express: Expressibility) -> str:
    if express.first_bin < _MOST_IN_FIRST_BIN:
        return ""
    return f" {100 * express.first_bin:.0f} % of their fidelities lie in the first bin: with so many qubits the measure sees little."


def _with_error(estimate: Estimate) -> str:
    digits = 4 if estimate.standard_error == 0 else max(2, 1 - math.floor(math.log10(estimate.standard_error)))
    return f"{estimate.value:.{digits}f} +- {estimate.standard_error:.{digits}f}"


def _shots(one: Component) -> str:
    if one.shots is None:
        return DASH
    return f"{one.shots:,}" if one.shots < 1e6 else f"{one.shots:.2g}"


def _small(value: float) -> str:
    return significant(value) if value == 0 or value >= 1e-4 else f"{value:.2e}"


def _line(label: str, cells: list[str]) -> str:
    return f"{label:<{_LABEL}}" + "".join(f"{cell:>{_CELL}}" for cell in cells)

"""Analysis of a circuit before any compute is paid for: which angles matter, the formula, and the effect of noise."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from backends.analysis.dead_angles import RESPONSE, ideal_response, structural_proofs
from backends.analysis.formula import closed_form, combination, leading_waves
from backends.analysis.inspection_facts import BATCH, N_CLASSES, Formula, Inspection, Noise, Step
from backends.analysis.jacobian import random_jacobian
from backends.analysis.noisy_fit import noise_from_channels
from backends.analysis.spectrum import rank, redundant_combinations
from backends.circuits.circuit import Circuit
from backends.circuits.drawing import angle_names
from backends.errors import ChannelsError, CircuitError, ConfigError, TableError
from backends.gradients import shifts_of
from backends.head import QuantumHead
from backends.surrogates.polynomial import Response
from backends.surrogates.table import response_of


def inspect_circuit(
    circuit: Circuit, *, head: type[QuantumHead] | None = None, options: Mapping[str, Any] | None = None
) -> Inspection:
    """Return the analysis of a circuit and, with a head, of its transpiled circuit and its noise.

    Args:
        circuit: The circuit.
        head: The head whose transpiled circuit and noise are analysed.
        options: Options of the head.

    Raises:
        ConfigError: the head does not take the circuit or the options.
    """
    notes: list[str] = []
    names = angle_names(circuit)
    proofs = structural_proofs(circuit)
    response = _ideal(circuit, proofs, notes)
    undecided: list[int] = []
    found_rank, redundant = None, None
    if response is not None:
        proofs |= {angle: RESPONSE for angle in response.dead_angles if angle not in proofs}
        found_rank = rank(response)
        redundant = [combination(parts, names) for parts in redundant_combinations(response)]
    elif (jacobian := random_jacobian(circuit)) is not None:
        undecided = [angle for angle in jacobian.flat if angle not in proofs]
        found_rank = jacobian.rank
        notes.append(
            f"the rank and the undecided angles are numerical: from derivatives at {jacobian.n_points} random points"
        )
    else:
        undecided = [angle for angle in range(circuit.n_angles) if angle not in proofs]
        notes.append("the rank is not known: derivatives at random points take too long as well")
    made = _made(circuit, head, options)
    return Inspection(
        names=names,
        dead_angles=_numbers(proofs),
        proofs={angle + 1: proof for angle, proof in sorted(proofs.items())},
        undecided=_numbers(undecided),
        formulas=None if response is None else _formulas(response, names),
        rank=found_rank,
        redundant=redundant,
        step=_step(circuit, proofs, notes),
        gates=len(circuit.gates),
        depth=_depth(circuit),
        two_qubit_gates=sum(len(gate.qubits) == 2 for gate in circuit.gates),
        transpiled=_transpiled(made),
        noise=_noise(made, response, names, notes),
        notes=notes,
    )


def _numbers(angles: Any) -> list[int]:
    return sorted(angle + 1 for angle in angles)


def _ideal(circuit: Circuit, dead: Mapping[int, str], notes: list[str]) -> Response | None:
    try:
        return ideal_response(circuit, dead=dead)
    except ConfigError as error:
        notes.append(f"structure only, no response: {error}")
        return None


def _formulas(response: Response, names: list[str]) -> list[Formula]:
    return [
        Formula(
            closed_form(response, value=value, names=names),
            leading_waves(response, value=value, names=names),
            response.n_terms,
        )
        for value in range(response.n_values)
    ]


def _step(circuit: Circuit, dead: Mapping[int, str], notes: list[str]) -> Step | None:
    try:
        shifts = shifts_of(circuit, "exact")
    except CircuitError as error:
        notes.append(f"no parameter shift: {error}")
        return None
    fits = N_CLASSES % circuit.n_outputs == 0
    n_circuits = N_CLASSES // circuit.n_outputs if fits else N_CLASSES
    forward = BATCH * n_circuits
    zero = sum(shift.angle in dead for shift in shifts)
    return Step(n_circuits, forward, forward * len(shifts), forward * zero)


def _depth(circuit: Circuit) -> int:
    """Return the number of gates on the longest path from a qubit's start to its end."""
    depth = [0] * circuit.n_qubits
    for gate in circuit.gates:
        after = 1 + max(depth[qubit] for qubit in gate.qubits)
        for qubit in gate.qubits:
            depth[qubit] = after
    return max(depth)


def _made(circuit: Circuit, head: type[QuantumHead] | None, options: Mapping[str, Any] | None) -> QuantumHead | None:
    if head is None:
        return None
    return head(circuit, n_circuits=1, shots=None if head.capabilities.analytic else 1, options=options)


def _transpiled(head: QuantumHead | None) -> dict[str, Any] | None:
    if head is None:
        return None
    told = head.provenance()
    wanted = ("device", "gates", "depth", "two_qubit_gates", "basis", "physical_qubits")
    return {key: told[key] for key in wanted if key in told} if "depth" in told else None


def _noise(head: QuantumHead | None, ideal: Response | None, names: list[str], notes: list[str]) -> Noise | None:
    """Return the analysis of the head's own exact answers: from its response or, where that is too large, its channels."""
    if head is None or not head.capabilities.noisy:
        return None
    try:
        if head.shots is not None:
            raise ConfigError(f"{head.name} only samples; its response would be an estimate")
        response = response_of(head, joint=False, seed=0).response
    except (ConfigError, TableError) as error:
        notes.append(f"no noisy formula: {error}")
        return _from_channels(head, notes) if head.shots is None else None
    contraction, added = (None, None) if ideal is None else _change(ideal.coefficients, response.coefficients)
    return Noise(_formulas(response, names), _numbers(response.dead_angles), contraction, added)


def _from_channels(head: QuantumHead, notes: list[str]) -> Noise | None:
    try:
        return noise_from_channels(head)
    except (ConfigError, ChannelsError) as error:
        notes.append(f"the effect of the noise is not known: {error}")
        return None


def _change(ideal: np.ndarray, noisy: np.ndarray) -> tuple[tuple[float, float] | None, float]:
    wide = np.maximum(ideal.shape, noisy.shape)  # an angle that one of them does not depend on may have no axis there
    ideal, noisy = (np.pad(table, [(0, n) for n in wide - table.shape]) for table in (ideal, noisy))
    shape = (-1, ideal.shape[-1])
    before, after = ideal.reshape(shape)[1:], noisy.reshape(shape)[1:]
    ratios = after[before != 0] / before[before != 0]
    added = float(np.abs(after[before == 0]).max(initial=0.0))
    return (float(ratios.min()), float(ratios.max())) if ratios.size else None, added

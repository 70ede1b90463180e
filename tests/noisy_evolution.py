"""A noisy circuit by NumPy density matrices: gates as unitaries, Aer's errors as Kraus operators, one after the other.

It shares nothing with ``fake_ibm`` but the calibration data: it transpiles the circuit itself, with numbers for angles.
"""

import dataclasses
from typing import Any

import numpy as np
from qiskit import transpile
from qiskit.quantum_info import Kraus, Operator
from qiskit.transpiler import Target
from qiskit_aer.noise.device import basic_device_gate_errors

from backends.adapters.aer_compile import SEED_TRANSPILER
from backends.adapters.fake_devices import load
from backends.circuits.circuit import Circuit
from backends.circuits.qiskit import to_qiskit

_GATES = {"rz", "sx", "x", "u1", "u2", "u3", "cx", "cz", "ecr", "measure"}  # those that the head uses, see fake_ibm.py


@dataclasses.dataclass
class NoisyEvolution:
    """A circuit on the first qubits of a fake device.

    Attributes:
        circuit: The circuit.
        device: The device's short name.
    """

    circuit: Circuit
    device: str

    def __post_init__(self) -> None:
        backend = load(self.device)
        logical, angles = to_qiskit(self.circuit)
        transpiled = transpile(
            logical,
            target=_part(
                backend.target,
                {(name, on) for name in _GATES & backend.target.operation_names for on in backend.target[name]},
            ),
            initial_layout=list(range(self.circuit.n_qubits)),
            optimization_level=1,
            seed_transpiler=SEED_TRANSPILER,
        )
        place = {bit: position for position, bit in enumerate(transpiled.qubits)}
        gates = [(item.operation, tuple(place[bit] for bit in item.qubits), item.clbits) for item in transpiled.data]
        used = sorted({qubit for _, on, _ in gates for qubit in on})
        self._n = len(used)
        self._angles = angles
        self._gates: list[tuple[Any, tuple[int, ...]]] = []
        measured = {}
        for operation, on, clbits in gates:
            if operation.name == "measure":
                measured[transpiled.find_bit(clbits[0]).index] = on[0]
            else:
                self._gates.append((operation, tuple(used.index(qubit) for qubit in on)))
        self._measured = [used.index(measured[output]) for output in range(self.circuit.n_outputs)]
        properties = backend.properties()
        self._readout = [
            [properties.qubit_property(measured[output], f"prob_meas{1 - b}_prep{b}")[0] for b in (0, 1)]
            for output in range(self.circuit.n_outputs)
        ]
        self._errors = _errors(
            backend.target, {(operation.name, tuple(used[q] for q in on)) for operation, on in self._gates}
        )
        self._errors = {(name, tuple(used.index(q) for q in on)): error for (name, on), error in self._errors.items()}

    def outcomes(self, row: np.ndarray) -> np.ndarray:
        """Return the probabilities of the joint outcomes at a row of angles, shape (2**n_outputs,), readout included."""
        state = np.zeros((2,) * (2 * self._n), dtype=complex)
        state[(0,) * (2 * self._n)] = 1
        for operation, on in self._gates:
            bound = operation.to_mutable()
            values = dict(zip(self._angles, row.tolist(), strict=True))
            bound.params = [
                float(param.bind({k: v for k, v in values.items() if k in param.parameters}))
                if hasattr(param, "parameters")
                else param
                for param in bound.params
            ]
            state = self._mapped(state, [Operator(bound).data], on)
            if (operation.name, on) in self._errors:
                state = self._mapped(state, self._errors[operation.name, on], on)
        n = self._n
        diagonal = np.einsum(state, [*range(n), *range(n)], list(range(n))).real
        others = tuple(qubit for qubit in range(n) if qubit not in self._measured)
        kept = [qubit for qubit in range(n) if qubit in self._measured]
        joint = diagonal.sum(axis=others).transpose([kept.index(qubit) for qubit in self._measured])
        for output, (one_of_zero, zero_of_one) in enumerate(self._readout):
            read = np.array([[1 - one_of_zero, zero_of_one], [one_of_zero, 1 - zero_of_one]])
            joint = np.moveaxis(np.tensordot(read, joint, axes=(1, output)), 0, output)
        return joint.ravel()

    def p_zero(self, row: np.ndarray) -> np.ndarray:
        """Return p(0) of each output, shape (n_outputs,)."""
        joint = self.outcomes(row).reshape((2,) * self.circuit.n_outputs)
        return np.array([joint.take(0, axis=output).sum() for output in range(self.circuit.n_outputs)])

    def _mapped(self, state: np.ndarray, operators: list[np.ndarray], on: tuple[int, ...]) -> np.ndarray:
        """Return sum K rho K^dagger; Qiskit's first qubit is the lowest bit of an operator."""
        k, axes = len(on), on[::-1]
        found = np.zeros_like(state)
        for operator in operators:
            array = operator.reshape((2,) * (2 * k))
            ket = np.moveaxis(np.tensordot(array, state, axes=(range(k, 2 * k), axes)), range(k), axes)
            bra = [self._n + axis for axis in axes]
            found += np.moveaxis(np.tensordot(array.conj(), ket, axes=(range(k, 2 * k), bra)), range(k), bra)
        return found


def _errors(
    target: Target, used: set[tuple[str, tuple[int, ...]]]
) -> dict[tuple[str, tuple[int, ...]], list[np.ndarray]]:
    """Return the Kraus operators of Aer's error of each gate that has one."""
    errors = basic_device_gate_errors(target=_part(target, used))
    return {(name, tuple(on)): Kraus(error).data for name, on, error in errors}


def _part(target: Target, wanted: set[tuple[str, tuple[int, ...]]]) -> Target:
    """Return a target with these gates alone."""
    part = Target(num_qubits=target.num_qubits, qubit_properties=target.qubit_properties)
    for name in sorted({name for name, _ in wanted}):
        known = {on: properties for on, properties in target[name].items() if (name, on) in wanted}
        part.add_instruction(target.operation_from_name(name), known)
    return part

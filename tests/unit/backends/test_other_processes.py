"""Any head, and whatever answers in its place, goes to another process and answers there as here.

Aer and PennyLane hold objects of C++ libraries, which pickle in their own ways. A process that is spawned has none of this
process's memory: only what was pickled arrives.
"""

import copy
import io
import multiprocessing
import multiprocessing.pool
from collections.abc import Iterator

import pytest
import torch

from backends.capabilities import Execution
from backends.circuits.circuit import Angle, Circuit, Gate
from backends.errors import ConfigError
from backends.head import QuantumHead
from backends.registry import HEADS, head_class
from backends.surrogates.choice import factory_for

_CIRCUIT = Circuit(
    "two inputs and a weight", n_qubits=2, n_angles=3, n_weights=1,
    gates=(*(Gate("ry", (qubit,), (Angle(qubit),)) for qubit in (0, 1)), Gate("cx", (1, 0)), Gate("rx", (0,), (Angle(2),)), Gate("ry", (0,), (0.3,))),
)  # fmt: skip
_ANGLES = torch.linspace(-3, 3, 3 * 2 * _CIRCUIT.n_inputs, dtype=torch.float64).reshape(3, 2, _CIRCUIT.n_inputs)
_EXECUTIONS: tuple[Execution, ...] = ("native", "table", "channels")


def _cases() -> Iterator[tuple[str, Execution, int | None]]:
    for name in HEADS:
        for execution in _EXECUTIONS:
            for shots in (None, 50):
                try:
                    factory_for(head_class(name), execution).check(_CIRCUIT, shots=shots)
                except ConfigError:
                    continue
                yield name, execution, shots


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[multiprocessing.pool.Pool]:
    """Return a process that was spawned."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        yield pool


def _head(name: str, execution: Execution, shots: int | None) -> QuantumHead:
    head = factory_for(head_class(name), execution)(_CIRCUIT, n_circuits=2, shots=shots, seed=3)
    head(_ANGLES)  # a head that was used: its next shots are not the first ones
    return head.requires_grad_(False)  # torch sends no tensor that it still needs for a gradient


@pytest.mark.parametrize(("name", "execution", "shots"), list(_cases()))
def test_a_head_answers_elsewhere_as_here(
    elsewhere: multiprocessing.pool.Pool, name: str, execution: Execution, shots: int | None
) -> None:
    """Pickled to a spawned process, deep-copied, or saved whole: bit for bit the answers that the head gives next."""
    head = _head(name, execution, shots)
    file = io.BytesIO()
    torch.save(head, file)
    file.seek(0)
    saved = torch.load(file, weights_only=False)  # this test's own bytes
    copied = copy.deepcopy(head)
    there = elsewhere.apply(head, (_ANGLES,))
    here = head(_ANGLES)

    assert torch.equal(there, here)
    assert torch.equal(copied(_ANGLES), here)
    assert torch.equal(saved(_ANGLES), here)


@pytest.mark.parametrize(("name", "execution", "shots"), [case for case in _cases() if case[2] is None])
def test_a_state_dict_is_plain_tensors(name: str, execution: Execution, shots: int | None) -> None:
    """It is loaded with ``weights_only=True``, into a head of another seed, which then gives the same answers."""
    head = _head(name, execution, shots)
    file = io.BytesIO()
    torch.save(head.state_dict(), file)
    file.seek(0)
    other = factory_for(head_class(name), execution)(_CIRCUIT, n_circuits=2, shots=shots, seed=4)
    assert not torch.allclose(other(_ANGLES), head(_ANGLES))
    other.load_state_dict(torch.load(file, weights_only=True))

    assert torch.equal(other(_ANGLES), head(_ANGLES))


def test_every_head_and_execution_is_among_the_cases() -> None:
    """All heads natively and by table, and channels where a head tells them."""
    found = {(name, execution) for name, execution, _ in _cases()}

    assert found >= {(name, execution) for name in HEADS for execution in ("native", "table")}
    assert {name for name, execution in found if execution == "channels"} == {"fake_ibm", "aer_noise"}

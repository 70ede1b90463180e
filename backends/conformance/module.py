"""Checks of a head as an ``nn.Module``: it can be moved, copied, saved and loaded like any other layer. Noise on."""

import copy
import io
import pickle
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch

from backends.conformance.circuits import COIN, ONE_ANGLE_A_QUBIT
from backends.conformance.results import ROUNDING, Finding, compare_answers
from backends.conformance.subject import SEED, Subject, angles, run, set_weights
from backends.head import QuantumHead

_CIRCUIT = ONE_ANGLE_A_QUBIT
_ROWS = angles(8, _CIRCUIT.n_inputs)
_WEIGHT = np.array([1.25])  # exact in float32
_MAY_BE_OVERRIDDEN = {"extra_repr"}
_HOOKS_OF_PYTHON = {"__call__", "__getattr__", "__setattr__", "__delattr__"}
_MOVES: dict[str, Callable[[QuantumHead], QuantumHead]] = {
    "to('cpu')": lambda head: head.to("cpu"),
    "to(torch.float32)": lambda head: head.to(torch.float32),
    "to(torch.float64)": lambda head: head.to(torch.float64),
    "train() and eval()": lambda head: head.train().eval(),
}


def names_of_the_module_are_kept(subject: Subject) -> Iterator[Finding]:
    """The adapter defines no name of ``nn.Module`` but ``extra_repr``, and no method of ``QuantumHead`` that is final."""
    of_module = {name for name, value in vars(torch.nn.Module).items() if callable(value) and not name.startswith("__")}
    final = {name for name, value in vars(QuantumHead).items() if getattr(value, "__final__", False)}
    reserved = (of_module | final | _HOOKS_OF_PYTHON) - _MAY_BE_OVERRIDDEN
    head = subject.head(COIN, shots=subject.modes[0], noise=True)
    bases = type(head).__mro__
    of_class = {name for base in bases[: bases.index(QuantumHead)] for name in vars(base)}
    yield _names(of_class & reserved, "that its class defines")
    yield _names(vars(head).keys() & reserved, "that are set on the head")


def moved_heads_answer_alike(subject: Subject) -> Iterator[Finding]:
    """After ``to`` another dtype or device, ``eval`` and ``train`` a head gives the same answers."""
    for shots in subject.modes:
        expected = run(_head(subject, shots=shots), _ROWS)
        for how, move in _MOVES.items():
            head = _head(subject, shots=shots)
            yield _same(partial(move, head), expected, shots=shots, how=how)


def copies_answer_alike(subject: Subject) -> Iterator[Finding]:
    """Copies by ``deepcopy``, pickle and ``torch.save`` go on as the head does: same weights, same next shots."""
    for shots in subject.modes:
        head = _head(subject, shots=shots)
        run(head, _ROWS)
        try:
            copies = {"deepcopy": copy.deepcopy(head), "pickle": _pickled(head), "torch.save": _saved(head)}
        except Exception as error:  # a vendor's objects may raise anything
            yield Finding(1, 0, f"it cannot be copied: {type(error).__name__}: {error}")
            return
        expected = run(head, _ROWS)
        for how, copied in copies.items():
            difference = float(np.abs(run(copied, _ROWS) - expected).max())
            yield Finding(difference, ROUNDING, f"|p of the head - p of its copy by {how}| in the next call")


def state_dict_restores_the_weights(subject: Subject) -> Iterator[Finding]:
    """A head of another seed that loads the ``state_dict`` of a trained one gives the same answers."""
    for shots in subject.modes:
        trained = _head(subject, shots=shots)
        other = subject.head(_CIRCUIT, shots=shots, noise=True, seed=SEED + 1)
        expected = run(trained, _ROWS)
        yield _same(partial(_loaded, trained, other), expected, shots=shots, how="load_state_dict")


def _head(subject: Subject, *, shots: int | None) -> QuantumHead:
    head = subject.head(_CIRCUIT, shots=shots, noise=True)
    set_weights(head, _WEIGHT)
    return head


def _same(change: Callable[[], QuantumHead], expected: np.ndarray, *, shots: int | None, how: str) -> Finding:
    try:
        got = run(change(), _ROWS)
    except Exception as error:  # torch and a vendor may raise anything
        return Finding(1, 0, f"after {how} it fails: {type(error).__name__}: {error}")
    return compare_answers(got, expected, shots=shots, what=f"after {how}")


def _names(found: set[str], where: str) -> Finding:
    return Finding(len(found), 0, f"names of nn.Module or QuantumHead {where}: {', '.join(sorted(found)) or 'none'}")


def _pickled(head: QuantumHead) -> QuantumHead:
    copied: QuantumHead = pickle.loads(pickle.dumps(head))  # noqa: S301  # our own bytes
    return copied


def _saved(head: QuantumHead) -> QuantumHead:
    file = io.BytesIO()
    torch.save(head, file)
    file.seek(0)
    copied: QuantumHead = torch.load(file, weights_only=False)  # our own bytes
    return copied


def _loaded(trained: QuantumHead, other: QuantumHead) -> QuantumHead:
    other.load_state_dict(trained.state_dict())
    return other

"""The rule that chooses the best, median and worst layout of a device."""

import types

import pytest

from docs.figures import layouts as script
from docs.figures.layouts import layouts
from harness.plan.plan import load_preset

_READOUT = {0: (0.02, 0.04), 1: (0.0, 0.0), 2: (0.1, 0.3), 3: (0.0, 0.0)}


@pytest.fixture
def chain(monkeypatch):
    """Four qubits in a row; the gate between 2 and 3 is broken, that between 0 and 1 is worse in one direction."""
    errors = {(0, 1): 0.01, (1, 0): 0.03, (1, 2): 0.05, (2, 3): 1.0}
    gates = {pair: types.SimpleNamespace(error=error) for pair, error in errors.items()}
    target = type("Target", (dict,), {"operation_names": {"cx"}})({"cx": gates})
    properties = types.SimpleNamespace(
        qubit_property=lambda qubit, name: (_READOUT[qubit][name == "prob_meas0_prep1"], None)
    )
    backend = types.SimpleNamespace(target=target, properties=lambda: properties)
    monkeypatch.setattr(script, "load", lambda name: backend)


@pytest.mark.usefixtures("chain")
def test_the_rule_by_hand():
    """Two lines are whole: 0-1-2 measured at 0, and 2-1-0 measured at 2, which reads worse; a broken gate makes none."""
    found = layouts("any")
    assert found.n_lines == 2
    assert found.best.qubits == found.median.qubits == (0, 1, 2)
    assert found.worst.qubits == (2, 1, 0)
    assert found.best.error == pytest.approx(1 - 0.97 * 0.99 * 0.95, abs=1e-12)
    assert found.worst.error == pytest.approx(1 - 0.80 * 0.95 * 0.99, abs=1e-12)


def test_the_preset_has_the_layouts_of_the_rule():
    """Calibrations come with qiskit-ibm-runtime; a release that changes them changes the layouts of the preset."""
    entries = {entry.label: entry.options for entry in load_preset("sweeps").runs if "layout" in entry.options}
    found = layouts("sherbrooke")
    for name in ("best", "median", "worst"):
        expected = {"device": "sherbrooke", "layout": list(getattr(found, name).qubits)}
        assert entries.pop(f"sherbrooke, {name} layout") == expected, "python -m docs.figures.layouts sherbrooke"
    assert not entries

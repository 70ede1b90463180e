"""A family's circuits by width and depth, and what they say of a barren plateau."""

import functools

import pytest

from backends.analysis.trainability import sizes
from backends.analysis.trainability.facts import Growth, Sizes
from backends.analysis.trainability.gradients import two_design_variance
from backends.analysis.trainability.measure import ideal_gradients
from backends.analysis.trainability.sizes import sizes_of
from backends.circuits.catalogue import Member, circuit_named, member_of
from backends.circuits.circuit import Circuit
from backends.circuits.light_cone import structurally_dead_angles
from backends.errors import ConfigError

_IDEAL = functools.partial(ideal_gradients, seed=0)


def _member(name: str) -> Member:
    found = member_of(circuit_named(name))
    assert found is not None
    return found


def _by_law(found: Sizes) -> dict[str, Growth]:
    return {growth.layers: growth for growth in found.growths}


@pytest.fixture
def _narrow(monkeypatch) -> None:
    """Look at two to six qubits: seconds instead of ten."""
    monkeypatch.setattr(sizes, "WIDEST", 6)


@pytest.mark.usefixtures("_narrow")
def test_hardware_efficient() -> None:
    """Two layers reach three qubits at any width: no. Four layers a qubit come near a 2-design: yes."""
    notes: list[str] = []
    found = sizes_of(_member("hardware_efficient(n_qubits=3, n_layers=2)"), _IDEAL, notes, ideal=True)
    laws = _by_law(found)

    assert list(laws) == ["n_layers = 2", "n_layers = n_qubits", "n_layers = 4 n_qubits"]
    assert laws["n_layers = 2"].plateau == "no"
    assert laws["n_layers = 2"].reason == (
        "by structure, the outputs depend on 3 qubits and 15 gates at every width from 6 to 16 qubits"
    )
    assert laws["n_layers = 4 n_qubits"].plateau == "yes"
    assert laws["n_layers = n_qubits"].plateau == "cannot tell"
    assert [(row.n_qubits, row.n_layers) for row in laws["n_layers = 4 n_qubits"].rows] == [
        (2, 8),
        (3, 12),
        (4, 16),
        (5, 20),
        (6, 24),
    ]
    assert [row.n_angles for row in laws["n_layers = 2"].rows] == [14, 21, 28, 35, 42]
    for growth in found.growths:
        for row in growth.rows:
            circuit = circuit_named(f"hardware_efficient(n_qubits={row.n_qubits}, n_layers={row.n_layers})")
            assert row.n_matter == row.n_angles - len(structurally_dead_angles(circuit))
    assert [row.two_design for row in laws["n_layers = 2"].rows] == [two_design_variance(n) for n in range(2, 7)]
    assert [row.n_layers for row in found.by_layers] == [1, 2, 4, 8, 16]
    assert {row.n_qubits for row in found.by_layers} == {3}
    assert notes == []


@pytest.mark.usefixtures("_narrow")
def test_the_structure_proves_nothing_with_noise() -> None:
    """With noise the fit alone answers, and there is no deep law."""
    found = sizes_of(_member("hardware_efficient(n_qubits=3, n_layers=2)"), _IDEAL, [], ideal=False)

    assert list(_by_law(found)) == ["n_layers = 2", "n_layers = n_qubits"]
    assert "by structure" not in found.growths[0].reason


@pytest.mark.usefixtures("_narrow")
def test_rings_reach_every_qubit() -> None:
    """A ring of CNOTs connects all qubits in a layer: the structure is no proof, and the outputs keep their number."""
    found = sizes_of(_member("strongly_entangling(n_qubits=4, n_layers=1, n_outputs=4)"), _IDEAL, [], ideal=True)
    fixed = found.growths[0]

    assert [row.n_qubits for row in fixed.rows] == [4, 5, 6]
    assert (fixed.plateau, fixed.reason) == ("cannot tell", "it takes 4 widths, there are 3")
    assert fixed.decay is not None


def test_families_that_measure_every_qubit(monkeypatch) -> None:
    """Their outputs grow with the width; the largest component is that of any output."""
    monkeypatch.setattr(sizes, "WIDEST", 3)
    found = sizes_of(_member("basic_entangler(n_qubits=2, n_layers=1)"), _IDEAL, [], ideal=True)

    assert [row.n_qubits for row in found.growths[0].rows] == [2, 3]
    assert {one.output for one in _IDEAL(circuit_named("basic_entangler(n_qubits=3, n_layers=1)")).components} == {
        0,
        1,
        2,
    }


@pytest.mark.usefixtures("_narrow")
def test_what_is_refused_is_noted() -> None:
    """Where a head takes no more qubits or layers, the rows end there and the note has its reason."""

    def measure(circuit: Circuit):
        if circuit.n_qubits > 3 or circuit.n_angles > 40:
            raise ConfigError(f"no more than 3 qubits, got {circuit.n_qubits}")
        return _IDEAL(circuit)

    notes: list[str] = []
    found = sizes_of(_member("hardware_efficient(n_qubits=2, n_layers=2)"), measure, notes, ideal=False)

    assert [len(growth.rows) for growth in found.growths] == [2, 2]
    assert [row.n_layers for row in found.by_layers] == [1, 2, 4, 8]
    assert notes == [
        "n_layers = 2: no more than 3 qubits: no more than 3 qubits, got 4",
        "n_layers = n_qubits: no more than 3 qubits: no more than 3 qubits, got 4",
        "no more than 15 layers: no more than 3 qubits, got 2",
    ]


def test_more_outputs_than_the_widest(monkeypatch) -> None:
    """Ten outputs need ten qubits: there is no width to look at, no other depth, and no answer."""
    monkeypatch.setattr("backends.analysis.trainability.measure._COST", 1)  # 200 points
    member, notes = _member("hardware_efficient(n_qubits=10, n_layers=1, n_outputs=10)"), []
    found = sizes_of(member, _IDEAL, notes, ideal=True)

    assert [(growth.rows, growth.plateau) for growth in found.growths] == [((), "cannot tell")] * 3
    assert [row.n_layers for row in found.by_layers] == [1]
    assert notes == ["other numbers of layers take too long with more than 8 qubits"]

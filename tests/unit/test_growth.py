"""How a step grows: what is measured, and the document that shows it. No time is tested."""

import xml.etree.ElementTree as ET

import pytest
import torch

from backends import circuit_named, head_class
from docs.figures import growth, growth_steps
from docs.figures.growth_steps import CHANNELS, NATIVE, STATEVECTOR, TABLE, Point, measure, rotations, tasks

WHERE = {
    "started_at": "2026-01-02T03:04:05Z", "cpu": "a processor", "load_average": 0.5, "load_average_after": 1.0, "git_commit": "0123456789",
}  # fmt: skip


def point(along: str, x: int, way: str, **facts: object) -> Point:
    """Return a made-up point."""
    given = {"seconds": 0.0123, "mib": 4.4, "images": 32, "measured_on": 32, **facts}
    return Point.model_validate({"along": along, "x": x, "way": way, **given})


MADE = growth.Growth(
    environment=WHERE,
    points=[
        point("qubits", 2, CHANNELS.name),
        point("qubits", 2, NATIVE.name, seconds=1.5, mib=None, measured_on=1),
        point("angles", 4, TABLE.name),
        point("images", 8, STATEVECTOR.name),
    ],
)


def test_each_point_is_measured_once() -> None:
    """Channels up to 8 qubits, the statevector up to 12, and each of the four ways by angles and by images."""
    asked = [(task.along, task.x, task.way.name) for task in tasks()]

    assert len(set(asked)) == len(asked)
    assert {x for along, x, way in asked if (along, way) == ("qubits", CHANNELS.name)} == set(range(2, 9))
    assert max(x for along, x, way in asked if (along, way) == ("qubits", STATEVECTOR.name)) == 12
    for along in ("angles", "images"):
        assert {way for where, _, way in asked if where == along} == {
            way.name for way in (TABLE, CHANNELS, STATEVECTOR, NATIVE)
        }


SIZES = sorted({(task.circuit.n_angles, task.circuit.n_qubits) for task in tasks()})


@pytest.mark.parametrize(("n_angles", "n_qubits"), SIZES)
def test_every_rotation_matters(n_angles: int, n_qubits: int) -> None:
    """An angle that cannot matter would be left out, and the point would stand for a smaller circuit."""
    head = head_class("statevector")(rotations(n_angles, n_qubits), n_circuits=1)
    generator = torch.Generator().manual_seed(1)
    angles = torch.empty(5, 1, n_angles, dtype=torch.float64).uniform_(-3, 3, generator=generator).requires_grad_()

    head(angles).sum().backward()

    assert angles.grad is not None
    assert (angles.grad.abs().amax(dim=(0, 1)) > 1e-6).all()


def test_a_point_has_time_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the images is scaled, and its memory is left out."""
    monkeypatch.setattr(growth_steps, "_LEAST_S", 0.0)
    circuit = circuit_named("strongly_entangling(n_qubits=2, n_layers=1)")

    whole = measure(growth_steps.Task("qubits", 2, STATEVECTOR, circuit, images=2, measured_on=2))
    part = measure(growth_steps.Task("qubits", 2, STATEVECTOR, circuit, images=2, measured_on=1))

    assert whole.seconds > 0
    assert whole.mib is None or whole.mib >= 0
    assert (part.mib, part.images, part.measured_on) == (None, 2, 1)


def test_table_shows_what_was_measured() -> None:
    """A row for each size, a column for each way; an empty cell where nothing was measured; where and when."""
    text = growth.table(MADE)

    assert "| qubits, two angles each | 2 | | | 12.3, 4 MiB | 1,500, 1 of 32 images |" in text.replace(
        "|  |", "| |"
    ).replace("|  |", "| |")
    assert "2026-01-02, a processor, load 0.5 before and 1.0 after, commit 0123456" in text


def test_figure_is_the_same_for_the_same_data() -> None:
    """SVG with the three panels and the ways, twice the same bytes."""
    drawn = growth.figure(MADE)

    assert drawn == growth.figure(MADE)
    texts = {node.text for node in ET.fromstring(drawn).iter() if node.tag.endswith("text")}
    assert {"qubits, two angles each", "angles, three qubits", "ms a step", CHANNELS.name} <= texts


def test_document_has_the_measurement() -> None:
    """docs/performance.md is what the command writes from results/reference/growth.json, or says that nothing was measured."""
    text = growth.DOCUMENT.read_text(encoding="utf-8")
    if growth.REFERENCE.exists():
        measured = growth.Growth.model_validate_json(growth.REFERENCE.read_bytes())
        assert growth.with_growth(text, measured) == text
        assert growth.FIGURE.read_bytes() == growth.figure(measured)
    else:
        assert "<!-- growth -->\nThe growth has not been measured yet.\n<!-- end of growth -->" in text

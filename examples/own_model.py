"""A quantum head in a model of your own, trained by a loop of your own: nothing of it needs the harness.

Points on a ring and in its middle are told apart by a layer, a circuit of your own and a readout. Run it: python own_model.py
"""

import math

import torch

from backends import Angle, Circuit, Gate, head_class

CIRCUIT = Circuit(
    "ring",
    n_qubits=2,
    n_angles=4,  # radians: two inputs from the network, then two weights that the head trains
    n_weights=2,
    measured=(0, 1),  # each an output: the probability of outcome 0
    gates=(
        Gate("ry", (0,), (Angle(0),)),
        Gate("ry", (1,), (Angle(1),)),
        Gate("cx", (0, 1)),
        Gate("ry", (0,), (Angle(2),)),
        Gate("ry", (1,), (Angle(3),)),
    ),
)


class Model(torch.nn.Module):
    """Two coordinates to the scores of two classes, with three copies of a circuit between."""

    def __init__(self, *, seed: int) -> None:
        super().__init__()
        self.angles = torch.nn.Linear(2, 3 * CIRCUIT.n_inputs)
        self.head = head_class("statevector")(CIRCUIT, n_circuits=3, shots=200, seed=seed)
        self.readout = torch.nn.Linear(3 * CIRCUIT.n_outputs, 2)

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        """Return the scores, shape (n, 2), of points, shape (n, 2)."""
        angles = self.angles(points).unflatten(-1, self.head.input_shape)  # radians: (n, circuits, inputs)
        p_zero = self.head(angles)  # probabilities of outcome 0: (n, circuits * outputs)
        scores: torch.Tensor = self.readout(2 * p_zero - 1)  # <Z> of each measured qubit
        return scores


def ring(n: int, *, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return points and their classes: 0 in the middle, 1 on the ring."""
    stream = torch.Generator().manual_seed(seed)
    classes = torch.arange(n) % 2
    radius = classes + 0.2 * torch.randn(n, generator=stream)
    turn = 2 * math.pi * torch.rand(n, generator=stream)
    return torch.stack([radius * turn.cos(), radius * turn.sin()], dim=1), classes


def accuracy(model: Model, points: torch.Tensor, classes: torch.Tensor) -> float:
    """Return the share of points that the model puts into their class."""
    with torch.no_grad():
        return (model(points).argmax(1) == classes).double().mean().item()


def main() -> None:
    """Train, save, load, and test on new points."""
    torch.manual_seed(0)
    model = Model(seed=0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    points, classes = ring(200, seed=1)
    for _ in range(40):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(points), classes).backward()
        optimizer.step()
    torch.save(model.state_dict(), "own_model.pt")
    loaded = Model(seed=1)
    loaded.load_state_dict(torch.load("own_model.pt", weights_only=True))
    points, classes = ring(200, seed=2)
    print(f"accuracy {accuracy(model, points, classes):.3f}; loaded: {accuracy(loaded, points, classes):.3f}")
    print(model.head.tally)


if __name__ == "__main__":
    main()

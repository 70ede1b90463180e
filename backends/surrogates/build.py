"""Builds the response of a head: takes its answers on the grid from the cache or its backend, and verifies the result."""

import dataclasses
import math
from typing import Any

import numpy as np
import torch

from backends.errors import TableError
from backends.head import QuantumHead
from backends.sampling import stream_seed
from backends.surrogates import cache
from backends.surrogates.polynomial import Grid, Response, rounding_of
from backends.surrogates.surrogate import Built
from backends.surrogates.verification import worst_entry

EXACT_DEVIATION = 1e-10  # largest difference allowed between an exact table and its head; rounding makes 1e-15
_EXACT_ROWS = 16
SAMPLED_ROWS = 4  # fresh rows of angles that verify an estimate, with the shots of a point of its grid
_STANDARD_ERRORS = 6.0  # chance of a false alarm in one comparison: 2e-9


def build(source: QuantumHead, grid: Grid, *, joint: bool, seed: int) -> Built[Response]:
    """Return the response of a head after a comparison with the head itself at fresh random angles.

    Args:
        source: The head whose backend answers; exact, or with so many shots that its frequencies are estimates.
        grid: Of its circuit.
        joint: Whether the values are the joint outcomes of the measured qubits, or p(0) of each.
        seed: Seed of the fresh angles.

    Raises:
        TableError: the response and the head differ.
    """
    circuit = source.circuit
    shape = (grid.n_points, 2**circuit.n_outputs if joint else circuit.n_outputs)
    key = cache.key_of(
        {
            "head": f"{type(source).__module__}:{type(source).__qualname__}:{source.name}",
            "circuit": circuit.fingerprint,
            "options": source.options.model_dump(mode="json"),
            "provenance": source.provenance(),
            "shots": source.shots,
            # Seeds that shared one estimate would share its error, and the spread over seeds would not show it.
            "seed": None if source.shots is None else source.seed,
            "grid": dataclasses.asdict(grid),
            "joint": joint,
        }
    )
    kept = cache.load(key, shape=shape)
    if kept is not None:
        source.resume(grid.n_points)  # so that verification does not reuse the shots that the grid was sampled with
        try:
            return _verified(source, grid, kept, joint=joint, seed=seed, origin="cache")
        except TableError:  # stored by a version of the head that gave other answers
            source.resume(0)
    values = _answers(source, grid.points(), joint=joint)
    built = _verified(source, grid, values, joint=joint, seed=seed, origin="backend")
    cache.store(key, values)
    return built


def _answers(source: QuantumHead, rows: torch.Tensor, *, joint: bool) -> np.ndarray:
    with torch.no_grad():
        found = source.outcome_probabilities(rows) if joint else source.evaluate(rows, n_shifted=0)
    return found.cpu().numpy()


def _verified(
    source: QuantumHead, grid: Grid, values: np.ndarray, *, joint: bool, seed: int, origin: str
) -> Built[Response]:
    response, error = (
        (Response.from_grid(grid, values), None) if source.shots is None else _estimated(source, grid, values)
    )
    n_rows = _EXACT_ROWS if error is None else SAMPLED_ROWS
    generator = np.random.default_rng(stream_seed(seed, "verification", 0))
    rows = torch.from_numpy(generator.uniform(0, 1, (n_rows, len(grid.bases))) * grid.periods)
    got = response(rows).numpy()
    expected = _answers(source, rows, joint=joint)
    allowed = np.full(got.shape, EXACT_DEVIATION) if error is None else _allowed(source, got, error)
    worst = worst_entry(
        source, rows.numpy(), got, expected, allowed, error=TableError, who="table", says="it says",
        cause="the head is not a trigonometric polynomial of its angles to that precision",
    )  # fmt: skip
    deviation = float(np.abs(got - expected).max())
    facts: dict[str, Any] = {
        "kind": "exact" if error is None else "estimate",
        "grid_points": grid.n_points,
        "grid_from": origin,
        "terms": response.n_terms,
        "dead_angles": [angle + 1 for angle in response.dead_angles],  # as the paper counts
        "angles_without_points": [angle + 1 for angle, count in enumerate(grid.counts) if not count],
        "verification": {"rows": n_rows, "deviation": deviation, "allowed": float(allowed[worst])},
    }
    if error is not None:
        facts["shots_a_point"] = source.shots
        facts["standard_error"] = error
    return Built(response, facts)


def _estimated(source: QuantumHead, grid: Grid, values: np.ndarray) -> tuple[Response, float]:
    """Return the response of sampled values, without the terms that shot noise explains, and its standard error.

    A term stays if it exceeds 3 + sqrt(2 ln n) of its standard errors, n being the number of terms: the chance that any
    of those that are zero does is below 1 %.
    """
    shots = source.shots or 1
    smoothed = (values * shots + 1) / (shots + 2)  # an outcome that was never seen need not be impossible
    variances = smoothed * (1 - smoothed) / shots
    limit = 3 + math.sqrt(2 * math.log(grid.n_points))
    least = limit * np.sqrt(grid.variances(variances)) + rounding_of(grid)
    response = Response.from_grid(grid, values, least=least)
    return response, response.standard_error(variances)


def _allowed(source: QuantumHead, got: np.ndarray, error: float) -> np.ndarray:
    shots = source.shots or 1
    p = got.clip(0, 1)
    allowed: np.ndarray = _STANDARD_ERRORS * np.sqrt(p * (1 - p) / shots + error**2) + _STANDARD_ERRORS / shots
    return allowed

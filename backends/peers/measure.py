"""Measures the rows of the peers table: our head and the peer must first give the same answers, then both are timed.

All is done in one process. A round times every row once, both candidates one after the other: a disturbance of a minute hits
one round of every row, and not all rounds of one row. Each candidate gets the number of torch threads with which it is
faster: one, or as many as there are cores.
"""

import dataclasses
import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, Self

import torch

from backends.circuits.catalogue import circuit_named
from backends.errors import HeadError
from backends.machine import n_cores
from backends.peers.layer import Layer
from backends.peers.pair import BATCH, Pair
from backends.peers.step import StepInputs, step_of_head, step_of_layer

_LEAST_S = (
    0.2  # of a candidate in a round: a step of 1 ms is repeated, so that the clock and the scheduler do not matter
)
_MOST_REPEATS = 1000
_WARM_UP_S = 1.0  # a call that takes longer is not called once more to warm up
_TRIES = 5  # of a number of threads, where a call is quick: a single one may be disturbed by other processes
_SIGMAS = 5
_SINGLE_PRECISION = 1e-5  # deviation allowed to an exact layer that computes in float32


Target = Literal["at least", "at most"]


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the peers table; the fields are the keys of its JSON.

    Attributes:
        row: Its name.
        ours: Our head.
        peer: What it is compared with.
        ours_s: Median seconds of a step of ours.
        peer_s: Median seconds of a step of the peer, scaled up where it was given fewer images.
        ratio_median: Median of the rounds' ratios peer / ours (ours / peer where the target is "at most").
        ratio_min: Smallest of these ratios.
        ratio_max: Largest of these ratios.
        target: The ratio that is aimed at; None: no target.
        target_is: Whether the ratio should be at least or at most the target.
        rounds: Rounds that were timed.
        images: Images of a step.
        peer_images: How many of them the peer was given.
        ours_processor_s: Median processor seconds of a step of ours, all threads.
        peer_processor_s: Median processor seconds of a step of the peer, all threads, scaled as ``peer_s``.
        deviation: Largest deviation of the peer's probabilities and derivatives from the expected ones, as a multiple of
            what is allowed.
        problem: Why there are no numbers; None: there are.
    """

    row: str
    ours: str
    peer: str
    ours_s: float | None = None
    peer_s: float | None = None
    ratio_median: float | None = None
    ratio_min: float | None = None
    ratio_max: float | None = None
    target: float | None = None
    target_is: Target = "at least"
    rounds: int = 0
    images: int = BATCH
    peer_images: int = BATCH
    ours_processor_s: float | None = None
    peer_processor_s: float | None = None
    deviation: float | None = None
    problem: str | None = None


class CallSeconds(NamedTuple):
    """Wall time, and processor time of all threads, on which other processes have less influence; seconds."""

    wall: float
    processor: float


@dataclasses.dataclass(frozen=True)
class Candidate:
    """What is timed.

    Attributes:
        call: A step.
        threads: How many torch threads it gets.
        repeats: How often it is called in a round.
        warms_up: Call it once more before these, untimed: in a training each step follows another, and finds the memory
            that it needs allocated.
    """

    call: Callable[[], Any]
    threads: int = 1
    repeats: int = 1
    warms_up: bool = False

    @classmethod
    def warmed_up(cls, call: Callable[[], Any], *, threads: Iterable[int] = (1,)) -> Self:
        """Return a candidate with the number of threads with which it is fastest; a quick call is repeated in each round.

        The number matters to Aer too, which shares the OpenMP runtime with torch.
        """
        tried = {}
        for number in threads:
            candidate = cls(call, number)
            again = _TRIES if candidate.seconds().wall < _LEAST_S else 1
            tried[number] = min(candidate.seconds().wall for _ in range(again))
        best = min(tried, key=lambda number: tried[number])
        repeats = math.ceil(min(_LEAST_S / tried[best], _MOST_REPEATS))
        return cls(call, best, repeats, warms_up=tried[best] < _WARM_UP_S)

    def seconds(self) -> CallSeconds:
        """Return the seconds of one call."""
        before = torch.get_num_threads()
        torch.set_num_threads(self.threads)
        try:
            if self.warms_up:
                self.call()
            wall, processor = time.perf_counter(), time.process_time()
            for _ in range(self.repeats):
                self.call()
            processor, wall = time.process_time() - processor, time.perf_counter() - wall
            return CallSeconds(wall / self.repeats, processor / self.repeats)
        finally:
            torch.set_num_threads(before)


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Two candidates that are ready to be timed.

    Attributes:
        row: Their row, without numbers.
        ours: Our head.
        peer: The peer.
        scale: Factors for the seconds of ours and of the peer.
        most_rounds: Time it in no more rounds than these; None: in all.
    """

    row: Row
    ours: Candidate
    peer: Candidate
    scale: tuple[float, float] = (1.0, 1.0)
    most_rounds: int | None = None

    def seconds(self, *, peer_first: bool) -> tuple[CallSeconds, CallSeconds]:
        """Return the seconds of (ours, peer)."""
        if peer_first:
            peer_s = self.peer.seconds()
            return self.ours.seconds(), peer_s
        return self.ours.seconds(), self.peer.seconds()

    def finished(self, times: list[tuple[CallSeconds, CallSeconds]]) -> Row:
        """Return the row with the numbers of its rounds."""
        numbers = summary(times, scale=self.scale, target_is=self.row.target_is)
        return dataclasses.replace(self.row, rounds=len(times), **numbers)


def prepare(pair: Pair) -> Comparison | Row:
    """Return the comparison of a pair, checked and warmed up; where it cannot be timed, a row that says why."""
    row = Row(pair.row, str(pair.ours), pair.peer.text, target=pair.target, peer_images=pair.peer.images)
    try:
        circuit = circuit_named(pair.circuit)
        peer, ours = pair.peer.build(circuit), pair.ours.build(circuit)
        row = dataclasses.replace(row, deviation=_deviation(pair, peer))
    except HeadError as error:
        return dataclasses.replace(row, problem=str(error))
    except Exception as error:  # a vendor's own: the other rows are still measured
        return dataclasses.replace(row, problem=f"{type(error).__name__}: {error}")
    if row.deviation is None or row.deviation > 1:
        return dataclasses.replace(row, problem="the peer gives other answers, so its time says nothing")
    fewer, whole = StepInputs.of(circuit, pair.peer.images), StepInputs.of(circuit, BATCH)
    threads = sorted({1, n_cores()}, reverse=True)
    return Comparison(
        row,
        Candidate.warmed_up(lambda: step_of_head(ours, whole), threads=threads),
        Candidate.warmed_up(lambda: step_of_layer(peer, fewer), threads=threads),
        scale=(1.0, BATCH / pair.peer.images),
        most_rounds=pair.most_rounds,
    )


def timed(comparisons: Sequence[Comparison], *, rounds: int) -> Iterator[Row]:
    """Time the comparisons and yield their rows; the candidate that goes first changes from round to round."""
    times: list[list[tuple[CallSeconds, CallSeconds]]] = [[] for _ in comparisons]
    for number in range(rounds):
        for comparison, found in zip(comparisons, times, strict=True):
            if comparison.most_rounds is None or number < comparison.most_rounds:
                found.append(comparison.seconds(peer_first=number % 2 == 1))
    yield from (comparison.finished(found) for comparison, found in zip(comparisons, times, strict=True))


def summary(
    times: list[tuple[CallSeconds, CallSeconds]],
    *,
    scale: tuple[float, float] = (1.0, 1.0),
    target_is: Target = "at least",
) -> dict[str, Any]:
    """Return the medians of both times, and median, smallest and largest of their ratios, as fields of a row.

    Args:
        times: The seconds of (ours, peer) in each round.
        scale: Factors for the seconds of ours and of the peer.
        target_is: "at least": the ratio is peer / ours; "at most": ours / peer.
    """
    walls = [(ours.wall * scale[0], peer.wall * scale[1]) for ours, peer in times]
    ratios = [peer / ours if target_is == "at least" else ours / peer for ours, peer in walls]
    return {
        "ours_s": statistics.median(ours for ours, _ in walls),
        "peer_s": statistics.median(peer for _, peer in walls),
        "ours_processor_s": scale[0] * statistics.median(ours.processor for ours, _ in times),
        "peer_processor_s": scale[1] * statistics.median(peer.processor for _, peer in times),
        "ratio_median": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
    }


def _deviation(pair: Pair, peer: Layer) -> float:
    """Return how far the peer's answers are from the expected ones; 1 is as far as they may be.

    Sampled frequencies may differ by 5 standard errors of p = 1/2 (a derivative by parameter shift is half the
    difference of two, so it has less; a weight's is the sum over the images), and probabilities of a noisy device by half
    the asymmetry of its readout: ``from_backend`` puts the mean of p(1|0) and p(0|1) in the place of both (qiskit#9097).
    A peer that rounds angles moves each by half a step at most, and no angle of a rotation changes p(0), or half the
    difference of two, by more than half of what it is moved.
    """
    circuit = circuit_named(pair.circuit)
    inputs = StepInputs.of(circuit, pair.peer.images)
    head = pair.ours.exact().build(circuit)
    expected, found = step_of_head(head, inputs), step_of_layer(peer, inputs)
    shots = pair.ours.shots
    allowed = _SINGLE_PRECISION if shots is None else _SIGMAS * math.sqrt(0.25 / shots) + _SIGMAS / shots
    allowed += circuit.n_angles * pair.peer.rounds_angles_to / 4
    readout = head.provenance().get("readout", [])
    asymmetry = max((abs(qubit["p1_given_0"] - qubit["p0_given_1"]) / 2 for qubit in readout), default=0.0)
    of_weight = allowed * (len(inputs.values) if shots is None else math.sqrt(len(inputs.values)))
    limits = (allowed + asymmetry, allowed, of_weight)
    return max(
        float((got - right).abs().max()) / limit
        for got, right, limit in zip(found, expected, limits, strict=True)
        if right.numel()
    )

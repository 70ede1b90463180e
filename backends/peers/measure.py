"""The peers table: first both sides of a row must give the same answers, then all rows are timed, in one process.

A round goes through all rows, and in each row through both sides: what slows the machine for a minute hits a round of every row,
and not all rounds of one. Each side gets the number of torch threads that it is faster with: one, or as many as there are cores.
"""

import dataclasses
import math
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, Self

import torch

from backends.errors import HeadError
from backends.head import QuantumHead
from backends.peers.layer import Layer
from backends.peers.pairs import BATCH, CIRCUITS, Pair

_LEAST_S = 0.2  # of a side in a round: a step of 1 ms is repeated, so that the clock and the scheduler do not show
_MOST_REPEATS = 1000
_SETTLES_S = 1.0  # a call that takes longer is not called for nothing
_TRIES = 5  # of a number of threads, where a call is quick: one that other processes disturb says little
_SIGMAS = 5
_SINGLE_PRECISION = 1e-5  # what an exact layer that hands on float32 may be off


Target = Literal["at least", "at most"]


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of the peers table; the fields are the keys of its JSON.

    Attributes:
        row: Name.
        ours: What ran of ours.
        peer: What it ran against.
        ours_s: Median seconds of a step.
        peer_s: The same of the peer; of one that was given fewer images, scaled by their number.
        ratio_median: Of peer / ours (of ours / peer where a target is a most), one for each round, in which both ran
            next to each other.
        ratio_min: Smallest of these.
        ratio_max: Largest.
        target: Ratio that was asked for; None for none.
        target_is: Whether the target is the least or the most that the ratio may be.
        rounds: Rounds that were timed.
        images: Images of what was timed, here of a step.
        peer_images: How many of them the peer was given.
        ours_processor_s: Median processor seconds of a step, all threads.
        peer_processor_s: The same of the peer, scaled as its time.
        deviation: Largest difference of the peer's probabilities and derivatives from the expected, over what is allowed.
        problem: Why there are no numbers.
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


class Seconds(NamedTuple):
    """Wall time, and processor time of all threads, which other processes on the machine change less."""

    wall: float
    processor: float


@dataclasses.dataclass(frozen=True)
class Side:
    """What is timed: a call, the number of torch threads it gets, and how often it is called in a round.

    ``settles``: once more before that, untimed, for in a training a step follows upon another, and finds its memory there.
    """

    call: Callable[[], Any]
    threads: int = 1
    repeats: int = 1
    settles: bool = False

    @classmethod
    def warmed_up(cls, call: Callable[[], Any], *, threads: Iterable[int] = (1,)) -> Self:
        """Return the side with the number of threads that it is fastest with; a quick one is repeated within its round.

        The number matters to Aer, too, which shares the OpenMP runtime with torch.
        """
        tried = {}
        for number in threads:
            side = cls(call, number)
            again = _TRIES if side.seconds().wall < _LEAST_S else 1
            tried[number] = min(side.seconds().wall for _ in range(again))
        best = min(tried, key=lambda number: tried[number])
        repeats = math.ceil(min(_LEAST_S / tried[best], _MOST_REPEATS))
        return cls(call, best, repeats, settles=tried[best] < _SETTLES_S)

    def seconds(self) -> Seconds:
        """Return the seconds of one call."""
        before = torch.get_num_threads()
        torch.set_num_threads(self.threads)
        try:
            if self.settles:
                self.call()
            wall, processor = time.perf_counter(), time.process_time()
            for _ in range(self.repeats):
                self.call()
            processor, wall = time.process_time() - processor, time.perf_counter() - wall
            return Seconds(wall / self.repeats, processor / self.repeats)
        finally:
            torch.set_num_threads(before)


@dataclasses.dataclass(frozen=True)
class Contest:
    """Two sides that are ready to be timed.

    Attributes:
        row: Their row, without numbers.
        ours: Our side.
        peer: The peer's.
        scale: What to multiply ours and the peer's seconds with.
        most_rounds: More are not worth their time; None for as many as asked for.
    """

    row: Row
    ours: Side
    peer: Side
    scale: tuple[float, float] = (1.0, 1.0)
    most_rounds: int | None = None

    def seconds(self, *, peer_first: bool) -> tuple[Seconds, Seconds]:
        """Return the seconds of (ours, peer)."""
        if peer_first:
            peer_s = self.peer.seconds()
            return self.ours.seconds(), peer_s
        return self.ours.seconds(), self.peer.seconds()

    def finished(self, times: list[tuple[Seconds, Seconds]]) -> Row:
        """Return the row with the numbers of its rounds."""
        numbers = summary(times, scale=self.scale, target_is=self.row.target_is)
        return dataclasses.replace(self.row, rounds=len(times), **numbers)


def ready(pair: Pair) -> Contest | Row:
    """Return the two sides of a pair, checked and warmed up; where they cannot be timed, a row that says why."""
    row = Row(pair.row, str(pair.ours), pair.peer.text, target=pair.target, peer_images=pair.peer.images)
    try:
        peer, ours = pair.peer.build(), pair.ours.build()
        row = dataclasses.replace(row, deviation=_deviation(pair, peer))
    except HeadError as error:
        return dataclasses.replace(row, problem=str(error))
    except Exception as error:  # a vendor's: the other rows are worth having
        return dataclasses.replace(row, problem=f"{type(error).__name__}: {error}")
    if row.deviation is None or row.deviation > 1:
        return dataclasses.replace(row, problem="the peer gives other answers, so its time says nothing")
    fewer, whole = _angles(pair.peer.images), _angles(BATCH)
    threads = sorted({1, os.cpu_count() or 1}, reverse=True)
    return Contest(
        row,
        Side.warmed_up(lambda: _step(ours, whole), threads=threads),
        Side.warmed_up(lambda: _step(peer, fewer), threads=threads),
        scale=(1.0, BATCH / pair.peer.images),
    )


def timed(contests: Sequence[Contest], *, rounds: int) -> Iterator[Row]:
    """Yield the row of each contest once all rounds are over; who goes first changes from round to round."""
    times: list[list[tuple[Seconds, Seconds]]] = [[] for _ in contests]
    for number in range(rounds):
        for contest, found in zip(contests, times, strict=True):
            if contest.most_rounds is None or number < contest.most_rounds:
                found.append(contest.seconds(peer_first=number % 2 == 1))
    yield from (contest.finished(found) for contest, found in zip(contests, times, strict=True))


def summary(
    times: list[tuple[Seconds, Seconds]], *, scale: tuple[float, float] = (1.0, 1.0), target_is: Target = "at least"
) -> dict[str, Any]:
    """Return medians of both times, and median, least and largest of their ratio, as keys of a row.

    Args:
        times: Of (ours, peer), a pair a round.
        scale: What to multiply ours and the peer's with.
        target_is: At least: the ratio is peer / ours; at most: ours / peer.
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


def _angles(n_images: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    values = torch.empty(BATCH, CIRCUITS, 4, dtype=torch.float64).uniform_(-3.0, 3.0, generator=generator)
    return values[:n_images]


def _step(layer: Layer | QuantumHead, angles: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Forward and backward of a batch; returns probabilities and derivatives."""
    leaf = angles.clone().requires_grad_()
    found = layer(leaf)
    found.sum().backward()
    assert leaf.grad is not None
    return found.detach().double(), leaf.grad


def _deviation(pair: Pair, peer: Layer) -> float:
    """Return how far the peer's answers are from the expected, where 1 is as far as they may be.

    Sampled frequencies may differ by 5 standard errors of p = 1/2 (a derivative by parameter shift is half the
    difference of two, so it has less), and probabilities of a noisy device by half the asymmetry of its readout:
    ``from_backend`` puts the mean of p(1|0) and p(0|1) in the place of both (qiskit#9097).
    """
    angles = _angles(pair.peer.images)
    head = pair.ours.exact().build()
    probabilities, derivatives = _step(head, angles)
    peer_probabilities, peer_derivatives = _step(peer, angles)
    shots = pair.ours.shots
    allowed = _SINGLE_PRECISION if shots is None else _SIGMAS * math.sqrt(0.25 / shots) + _SIGMAS / shots
    readout = head.provenance().get("readout", [])
    asymmetry = max((abs(qubit["p1_given_0"] - qubit["p0_given_1"]) / 2 for qubit in readout), default=0.0)
    return max(
        float((peer_probabilities - probabilities).abs().max()) / (allowed + asymmetry),
        float((peer_derivatives - derivatives).abs().max()) / allowed,
    )

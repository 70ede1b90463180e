"""Heads with wrong shot noise."""

import torch
from meta.broken_heads.healthy import Wrapped

from backends.adapters.statevector import Statevector
from backends.answers import Executed
from backends.sampling import stream_seed


class GaussianShots(Wrapped):
    """The exact value and normal noise in place of shots."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self.shots is None:
            return super()._execute(rows, first_evaluation=first_evaluation)
        exact = self.exact(rows)
        generator = torch.Generator().manual_seed(stream_seed(self.seed, "normal", first_evaluation))
        noise = torch.randn(exact.shape, generator=generator, dtype=exact.dtype)
        p_zero = exact + noise * (exact * (1 - exact) / self.shots).clamp(min=0).sqrt()
        return Executed(p_zero.clamp(0, 1), len(rows), len(rows) * self.shots)


class FrozenSeed(Wrapped):
    """Each call has the shot noise of the first."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        return super()._execute(rows, first_evaluation=0)


class SharedNoise(Wrapped):
    """Equal rows of a batch are run once."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        keys = list(map(tuple, rows.tolist()))
        return Executed(done.p_zero[[keys.index(key) for key in keys]], done.circuits, done.shots)


class Irreproducible(Wrapped):
    """A seed of the moment in place of the run's."""

    n_made = 0

    def _prepare(self) -> None:
        super()._prepare()
        Irreproducible.n_made += 1
        self._inner[0].seed += Irreproducible.n_made


class HalfTheShots(Wrapped):
    """Runs half of the shots that it is asked for, and counts them all."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self.shots is None or self.shots % 2:
            return super()._execute(rows, first_evaluation=first_evaluation)
        half = Statevector(self.circuit, shots=self.shots // 2, seed=self.seed)
        done = half._execute(rows.detach(), first_evaluation=first_evaluation)
        return Executed(done.p_zero, done.circuits, done.shots * 2)


class SeparateShots(Wrapped):
    """Each output is drawn for itself: right marginals, no correlation."""

    n_shared = 0

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        if self.shots is None:
            return done
        exact = self.exact(rows)
        generator = torch.Generator().manual_seed(stream_seed(self.seed, "separate", first_evaluation))
        drawn = torch.binomial(torch.full_like(exact, self.shots), exact.clamp(0, 1), generator=generator) / self.shots
        p_zero = torch.cat((done.p_zero[:, : self.n_shared], drawn[:, self.n_shared :]), dim=1)
        return Executed(p_zero, done.circuits, done.shots)


class ThirdOutputSeparate(SeparateShots):
    """Two outputs share their shots, the third does not."""

    n_shared = 2


class NoNoiseAbove5000Shots(Wrapped):
    """Many shots are answered with exact probabilities."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        done = super()._execute(rows, first_evaluation=first_evaluation)
        if self.shots is None or self.shots <= 5000:
            return done
        return Executed(self.exact(rows), done.circuits, done.shots)


class GaussianAbove5000Shots(GaussianShots):
    """Many shots are answered with exact probabilities and normal noise."""

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self.shots is None or self.shots <= 5000:
            return Wrapped._execute(self, rows, first_evaluation=first_evaluation)
        return super()._execute(rows, first_evaluation=first_evaluation)


class AtMost8192Shots(Wrapped):
    """Runs no more than 8,192 shots, and counts as many as it is asked for."""

    def _prepare(self) -> None:
        super()._prepare()
        self._capped = [Statevector(self._inner[0].circuit, shots=min(self.shots or 1, 8192), seed=self.seed)]

    def _execute(self, rows: torch.Tensor, *, first_evaluation: int) -> Executed:
        if self.shots is None or self.shots <= 8192:
            return super()._execute(rows, first_evaluation=first_evaluation)
        done = self._capped[0]._execute(rows.detach(), first_evaluation=first_evaluation)
        return Executed((done.p_zero * self.shots).round() / self.shots, done.circuits, len(rows) * self.shots)

"""Heads with wrong derivatives."""

from meta.broken_heads.healthy import Noisy, Wrapped, scaled


class DoubledGradient(Wrapped):
    """The parameter-shift rule without its factor 1/2: Eq. (9) of the paper as printed."""

    def _prepare(self) -> None:
        super()._prepare()
        self.shifts = scaled(self.shifts, 2.0)


class DoubledSampledGradient(Wrapped):
    """The same with shots alone."""

    def _prepare(self) -> None:
        super()._prepare()
        self.shifts = scaled(self.shifts, 1.0 if self.shots is None else 2.0)


class IdealGradient(Noisy):
    """Noisy probabilities with the derivative of the ideal ones."""

    def _prepare(self) -> None:
        super()._prepare()
        self.shifts = scaled(self.shifts, 1 / self.kept() if self.options.gate_noise else 1.0)

"""Noisy heads with wrong noise."""

from typing import ClassVar

from meta.broken_heads.healthy import Noisy, NoisyOptions, Quiet


class NoiseOff(Noisy):
    """Says noisy, and is not."""

    gate_error = 0.0

    def reads_badly(self) -> bool:
        return False


class ReadoutDropped(Noisy):
    """The gates are noisy, the readout error is forgotten."""

    def reads_badly(self) -> bool:
        return False


class ReadoutDroppedFromShots(Noisy):
    """Exact probabilities have the readout error, shots do not."""

    def reads_badly(self) -> bool:
        return self.shots is None


class NoiseStaysOn(Noisy):
    """The options that turn noise off do nothing."""

    def _prepare(self) -> None:
        super()._prepare()
        self.options = NoisyOptions()


class NoiseWithoutSwitch(Noisy):
    """Nobody can turn the noise off, so nobody can compare it with the oracle."""

    noiseless_options: ClassVar = {}


class QuietReadoutDropped(Quiet):
    """No noise by default; once turned on, the readout error does nothing."""

    def reads_badly(self) -> bool:
        return False


class QuietWithoutNoisyOptions(Quiet):
    """No noise by default, and it does not say how to turn it on."""

    noisy_options: ClassVar = {}

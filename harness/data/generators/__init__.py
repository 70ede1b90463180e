"""Data sets that are drawn, not read: the tasks on which the literature compares quantum and classical models, one a file.

Source of the collection: J. Bowles, S. Ahmed, M. Schuld, "Better than classical? The subtle art of benchmarking quantum machine
learning models", arXiv:2403.07059 (2024).
"""

from harness.data.generators.bars_and_stripes import BarsAndStripes
from harness.data.generators.generator import Generator
from harness.data.generators.hidden_manifold import HiddenManifold
from harness.data.generators.hyperplanes_parity import HyperplanesParity
from harness.data.generators.linearly_separable import LinearlySeparable
from harness.data.generators.parity import Parity
from harness.data.generators.planar import Planar
from harness.data.generators.two_curves import TwoCurves

GENERATORS: dict[str, type[Generator]] = {
    "bars-and-stripes": BarsAndStripes,
    "linearly-separable": LinearlySeparable,
    "two-curves": TwoCurves,
    "hidden-manifold": HiddenManifold,
    "hyperplanes-parity": HyperplanesParity,
    "parity": Parity,
    "planar": Planar,
}
"""The generators by the names that plans give them."""

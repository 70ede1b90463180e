"""What tox -e statistics simulates."""

import itertools

from tests.statistics.error_rates import Cell, Pairs

TWO_HEADS = [
    Cell(pair=pair.name, n_seeds=n_seeds, n_images=n_images, effect_pp=effect, studies=4000 if effect < 1 else 1000)
    for n_images, n_seeds, pair, effect in itertools.product(
        (1000, 10_000), (5, 10, 16), Pairs.read().pairs, (0.0, 0.5, 1.0)
    )
]
FAMILIES = [
    Cell(pair=pair.name, n_seeds=10, n_images=10_000, effect_pp=0.0, studies=1000)
    for pair in (Pairs.read().pairs[0], Pairs.read().pairs[2])
]
F1 = [
    Cell(pair=Pairs.read().pairs[0].name, n_seeds=10, n_images=n_images, effect_pp=0.0, studies=studies)
    for n_images, studies in ((1000, 1000), (10_000, 500))
]
EVERY_SEED = tuple(range(5, 21))
PEEKING = [
    (Cell(pair=pair.name, n_seeds=20, n_images=10_000, effect_pp=0.0, studies=2000), looks)
    for pair in (Pairs.read().pairs[0], Pairs.read().pairs[2])
    for looks in ((5, 10, 20), EVERY_SEED)
]
BAD_SEEDS = [
    Cell(pair=Pairs.read().pairs[2].name, n_seeds=n_seeds, n_images=10_000, effect_pp=0.0, studies=2000)
    for n_seeds in (5, 10, 16)
]

"""The process's random streams: begun by a seed, and put back where they were."""

import contextlib
import json
import random

import numpy as np
import torch

from harness.training import random_streams

_CPU = torch.device("cpu")


def _draw():
    return torch.rand(3).tolist(), random.random(), random.gauss(0, 1), np.random.random(), np.random.normal()


def test_a_seed_begins_every_stream_anew():
    """torch's, Python's and NumPy's next numbers are the seed's, and another seed's are others; 63 bits fit NumPy, too."""
    draws = []
    for seed in (5, 5, 6, 2**63 - 1):
        random_streams.seed_all(seed)
        draws.append(_draw())

    assert draws[0] == draws[1]
    assert all(one != other for one, other in zip(draws[0], draws[2], strict=True))
    assert all(one != other for one, other in zip(draws[2], draws[3], strict=True))


def test_numpy_takes_32_bits_and_python_all():
    """NumPy refuses larger seeds, so it gets the lower 32 bits; Python's stream differs by the upper ones, too."""
    draws = []
    for seed in (7, 7 + 2**31, 7 + 2**32):
        random_streams.seed_all(seed)
        draws.append((np.random.random(), random.random()))
    (numpy_1, python_1), (numpy_2, python_2), (numpy_3, python_3) = draws

    assert numpy_1 == numpy_3 != numpy_2
    assert len({python_1, python_2, python_3}) == 3


def test_streams_go_on_where_they_were():
    """Restored from JSON and tensors, each stream gives the numbers that came next, the second half of a pair included."""
    random_streams.seed_all(8)
    random.gauss(0, 1)  # draws two, and keeps one for later
    np.random.normal()
    tensors, others = random_streams.torch_states(_CPU), json.loads(json.dumps(random_streams.states()))
    expected = [_draw() for _ in range(3)]
    random_streams.seed_all(9)
    random_streams.restore(_CPU, tensors, others)

    assert [_draw() for _ in range(3)] == expected
    assert set(tensors) == {"cpu"}


def test_a_gpu_has_a_stream_of_its_own(monkeypatch):
    """On a CUDA device its stream is kept and put back as well."""
    device, put_back = torch.device("cuda", 1), []
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device: torch.tensor([device.index]))
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda state, device: put_back.append((state.tolist(), device)))
    tensors = random_streams.torch_states(device)
    random_streams.restore(device, tensors, random_streams.states())

    assert set(tensors) == {"cpu", "cuda"}
    assert put_back == [([1], device)]


def test_streams_are_kept_whatever_is_drawn():
    """After the block each stream goes on with the number that it would have drawn without it, also after an error."""
    for error in (None, ValueError):
        random_streams.seed_all(7)
        expected = _draw()
        random_streams.seed_all(7)
        with contextlib.suppress(ValueError), random_streams.kept(_CPU):
            _draw()
            if error:
                raise error
        assert _draw() == expected

"""What the tests of training share."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="package")
def _one_thread():
    """As in a run: results depend on the number of threads, and on a busy machine so does the time."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)

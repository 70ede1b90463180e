"""Slurm for the whole session, a place for each test, and the results of one machine."""

import pytest
from faults.helpers import QHB, end_of
from slurm.one_node import started
from slurm.place import Place


@pytest.fixture(scope="session")
def slurm():
    with started() as environment:
        yield environment


@pytest.fixture
def place(tmp_path, slurm):
    made = Place(tmp_path, slurm)
    yield made
    made.close()


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """The end of the plan on this machine, without Dask and Slurm."""
    made = Place(tmp_path_factory.mktemp("undisturbed"), {})
    made.do(*QHB, "run", "plan.toml", "--results", "results")
    return end_of(made.store)

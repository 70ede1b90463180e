"""The order for a run's process, and its answer: both come out of JSON as they went in."""

import os
from pathlib import Path

import pydantic
import pytest

from backends.circuits.catalogue import circuit_named
from harness.execution.options import ExecutionOptions
from harness.execution.order import RunAnswer, RunOrder
from harness.execution.without_result import skipped_record
from harness.spec import Run, RunSpec

_SPEC = RunSpec(
    head="my:Head",
    circuit="mine.toml",
    own_circuit=circuit_named("eq7"),
    options={"a": 0.5, "b": [1, "x"]},
    seed=3,
)


@pytest.mark.parametrize("results", [Path("results"), None, Path(os.fsdecode(b"r\xff\xc3\xa9 x"))])
def test_an_order_survives_json(results):
    """A circuit from a file, a missing folder and a path that is not UTF-8 are the same after JSON."""
    options = ExecutionOptions(jobs=1, timeout_s=2.5, checkpoint_s=0.0)
    order = options.order(Run("0" * 64, "label", _SPEC), attempt=2, n_threads=None, results=results)

    back = RunOrder.model_validate_json(order.model_dump_json())

    assert back == order
    assert back.run == Run("0" * 64, "label", _SPEC)
    assert back.results == results
    assert (back.timeout_s, back.checkpoint_s, back.attempt) == (2.5, 0.0, 2)


def test_an_answer_is_a_record_or_what_the_disk_said():
    """A record comes back equal; anything else than an answer is refused."""
    answer = RunAnswer(record=skipped_record(Run("0" * 64, "label", RunSpec(head="linear")), 1))

    assert RunAnswer.model_validate_json(answer.model_dump_json()) == answer
    assert RunAnswer.model_validate_json('{"disk_error": "full"}') == RunAnswer(disk_error="full")
    with pytest.raises(pydantic.ValidationError):
        RunAnswer.model_validate_json('{"something": "else"}')

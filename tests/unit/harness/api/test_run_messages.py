"""What is said of circuits before runs are made, and of runs that are not ok after that."""

import pytest
from data_facts import mnist_facts

from harness.api.run_messages import angles_of_files, how_to_make_again
from harness.plan.expand import expand
from harness.plan.plan import load_file

_QASM = (
    'OPENQASM 3.0; include "stdgates.inc"; input float phi; input float theta; qubit[1] q; bit[1] c; '
    "rx(phi) q[0]; ry(theta) q[0]; c[0] = measure q[0];"
)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["ok"], []),
        (["killed"], ["the same command makes killed runs again, from a checkpoint where there is one: qhb run"]),
        (["skipped", "failed"], ["a skipped run is made by", "to make again the runs that failed: add --retry failed"]),
        (["diverged", "ok"], ["to make again the runs that failed: add --retry failed"]),
        (["timeout", "killed"], ["the same command makes killed runs again", "to make again the runs that ran out of time: add --retry timeout"]),
        (["timeout", "invalid_output"], ["to make again the runs that failed or ran out of time: add --retry all"]),
    ],
)  # fmt: skip
def test_retry_is_advised_only_where_it_is_needed(statuses, expected):
    """Killed and skipped runs are made by the same command; --retry is named for the others alone."""
    lines = how_to_make_again(statuses, command="qhb run")

    assert len(lines) == len(expected)
    assert all(line.startswith(beginning) for line, beginning in zip(lines, expected, strict=True))


def _runs(folder, *entries):
    (folder / "mine.qasm").write_text(_QASM)
    text = "".join(f'[[runs]]\nhead = "statevector"\n{entry}\n' for entry in entries)
    (folder / "plan.toml").write_text(f'name = "p"\nseeds = [0, 1]\n{text}')
    return expand(load_file(folder / "plan.toml"), facts=mnist_facts(), folder=folder)


def test_a_line_says_which_angles_are_trained(tmp_path):
    """Each OpenQASM circuit has one line, whatever the number of seeds; ``weights`` of the plan entry decides."""
    runs = _runs(
        tmp_path, 'circuit = "mine.qasm"', 'circuit = "mine.qasm"\nweights = ["theta"]\nlabel = "w"', 'circuit = "eq7"'
    )

    hint = "; to train others, list them in the plan entry: weights = [...]"
    assert angles_of_files(runs) == [
        f"circuit mine.qasm: inputs phi, theta; weights none{hint}",
        f"circuit mine.qasm: inputs phi; weights theta{hint}",
    ]
    assert [run.spec.own_circuit.n_weights for run in runs if run.spec.own_circuit] == [0, 0, 1, 1]
    assert len({run.run_id for run in runs}) == 6

"""Plans: what a TOML file may hold, and the messages about what it may not hold."""

import pytest
from data_facts import mnist_facts

from harness import heads
from harness.data.load import facts_of
from harness.errors import PlanError
from harness.heads import resolve_head
from harness.plan.expand import expand
from harness.plan.plan import load_file, load_preset, parse, presets
from harness.spec import RunSpec, run_id_of

_SHA = "0" * 64


def _expand(runs, head=""):
    return expand(parse(f'name = "p"\n{head}\n{runs}', where="p.toml"), facts=mnist_facts())


@pytest.mark.parametrize("name", [preset.name for preset in presets()])
def test_presets_expand(name):
    """Every preset is a plan whose runs are all valid, each with an id of its own."""
    plan = load_preset(name)
    runs = expand(plan, facts=facts_of(plan.data))

    assert len({run.run_id for run in runs}) == len(runs) > 0


def test_bench_is_the_papers_protocol():
    """Bench trains seeds 0-2 for 20 epochs of batch 32 on 5,000 images, 1,000 shots, with every required head in it."""
    plan = load_preset("bench")
    runs = expand(plan, facts=mnist_facts())
    full = [run.spec for run in runs if run.spec.scope == "full"]

    assert {(spec.head, spec.circuit, spec.shots) for spec in full} >= {
        ("linear", None, None),
        ("cosine", None, None),
        ("statevector", "eq7", 1000),
        ("statevector", "eq7_swapped", 1000),
    }
    assert {spec.seed for spec in full} == {0, 1, 2}
    assert (plan.training.epochs, plan.training.batch_size, plan.training.learning_rate) == (20, 32, 1e-3)
    assert {spec.data.n_images for spec in full} == {5000}
    tables = [spec for spec in full if spec.execution == "table"]
    slices = [run.spec for run in runs if run.spec.scope == "slice"]
    assert [(spec.head, spec.shots, spec.options) for spec in tables] == [
        (spec.head, spec.shots, spec.options) for spec in slices
    ]
    assert {spec.head for spec in slices} == {"aer_shots", "aer_statevector", "fake_ibm", "pennylane"}
    assert all(spec.training.max_steps >= 10 for spec in slices)


def test_weights_of_is_the_run_with_the_same_seed():
    """weights_of names a label; each run uses the weights of that label's run with the same seed."""
    runs = _expand(
        '[[runs]]\nlabel = "a"\nhead = "cosine"\n[[runs]]\nhead = "cosine"\nmax_steps = 3\nweights_of = "a"',
        "seeds = [4, 5]",
    )

    assert [run.spec.weights_from for run in runs] == [None, None, runs[0].run_id, runs[1].run_id]


def test_id_is_of_what_is_asked():
    """The run id changes with every setting, the data and the circuit, and not with the label."""
    base = RunSpec(head="statevector", circuit="eq7")
    changed = [base.model_copy(update=one) for one in ({"seed": 1}, {"shots": 10}, {"execution": "table"})]
    ids = {run_id_of(spec, dataset_sha256=_SHA, circuit_fingerprint="c") for spec in (base, *changed)}
    ids |= {run_id_of(base, dataset_sha256="1" * 64, circuit_fingerprint="c")}
    ids |= {run_id_of(base, dataset_sha256=_SHA, circuit_fingerprint="d")}

    assert len(ids) == 6
    labelled, plain = (_expand(f'[[runs]]\nhead = "linear"\n{label}')[0] for label in ('label = "x"', ""))
    assert labelled.run_id == plain.run_id


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ('[[runs]]\nhead = "statvector"\ncircuit = "eq7"', "unknown head 'statvector'.*did you mean 'statevector'"),
        ('[[runs]]\nhead = "statevector"\ncircuit = "eq8"', "unknown circuit 'eq8'.*did you mean 'eq7'"),
        ('[[runs]]\nhead = "statevector"', "needs a circuit"),
        ('[[runs]]\nhead = "linear"\nshots = 10', "classical and takes no shots"),
        ('[[runs]]\nhead = "linear"\nexecution = "table"', "classical and takes no execution = 'table'"),
        (
            '[[runs]]\nhead = "statevector"\ncircuit = "eq7"\nexecution = "tabel"',
            "'native', 'table', 'channels' or 'auto', got 'tabel'",
        ),
        ('[[runs]]\nhead = "statevector"\ncircuit = "eq7"\nshots = 0', "shots must be a whole number from 1.*got 0"),
        ('[[runs]]\nhead = "statevector"\ncircuit = "eq7"\nshots = -5', "got -5"),
        ('[[runs]]\nhead = "fake_ibm"\ncircuit = "eq7"\noptions = {device = "manilla"}', "did you mean 'manila'"),
        ('[[runs]]\nhead = "fake_ibm"\ncircuit = "eq7"\noptions = {devise = "manila"}', "devise"),
        (
            '[[runs]]\nhead = "linear"\nepochs = 3',
            r"p.toml:5: unknown key runs.\[1\].epochs; it is a key of \[training\] ",
        ),
        ('shots = 3\n[[runs]]\nhead = "linear"', r"unknown key shots; it is a key of \[\[runs\]\] "),
        ('[[runs]]\nhead = "linear"\nshot = 3', r"p.toml:5: unknown key runs.\[1\].shot; did you mean 'shots'"),
        (
            '[training]\nepoch = 3\n[[runs]]\nhead = "linear"',
            "p.toml:4: unknown key training.epoch; did you mean 'epochs'",
        ),
        ('[training]\nlearning_rate = nan\n[[runs]]\nhead = "linear"', "training.learning_rate: .*finite.*got nan"),
        ('[[runs]]\nhead = "linear"\nseeds = [-1]', r"\(linear\): seed: .*greater than or equal to 0, got -1"),
        ('[[runs]]\nhead = "linear"\nseeds = ["0"]', r"p.toml:5: runs.\[1\].seeds.\[1\]: .*integer, got '0'"),
        (
            '[[runs]]\nhead = "linear"\n[[runs]]\nhead = "linear"\nshots = true',
            r"p.toml:7: runs.\[2\].shots: .*got True",
        ),
        (
            '[[runs]]\nhead = "statevector"\ncircuit = "eq7"\nweights = ["x"]',
            r"circuit 'eq7' says itself which angles are weights; leave weights = \['x'\] out",
        ),
        ('[[runs]]\nhead = "linear"\nweights = ["x"]', r"weights = \['x'\]: expected a circuit in an OpenQASM file"),
        (
            '[[runs]]\nshots = 3\n[[runs]]\nhead = "linear"\nshots = 4',
            r"p.toml:3: missing key runs.\[1\].head",
        ),
        (
            '[[runs]]\nhead = "pennylane"\ncircuit = "eq7"\noptions = { device = "default.qubt" }',
            r"installed PennyLane device \(.*\), got 'default.qubt'; did you mean 'default.qubit'\?$",
        ),
        (
            '[[runs]]\nhead = "fake_ibm"\ncircuit = "eq7"\nshots = 10\noptions = { device = "sherbroke" }',
            r"option device: unknown device 'sherbroke'; did you mean 'sherbrooke'\?$",
        ),
        (
            '[[runs]]\nhead = "statevector"\ncircuit = "eq7"\noptions = { device = "manila" }',
            r"head 'statevector' has no option 'device'; its options: none; heads that have 'device': fake_ibm, pennylane",
        ),
        (
            '[[runs]]\nhead = "statevector"\ncircuit = "hardware_efficient(n_qubits=3, n_layers=1, n_outputs=3)"',
            "has 3 outputs, which do not divide 10 classes evenly; measure a number of qubits that does: 1, 2, 5, 10",
        ),
        ('[[runs]]\nhead = "linear"\nseeds = [1, 1]', "label 'linear' with seed 1 is there already"),
        ('[[runs]]\nhead = "linear"\nweights_of = "nobody"', "weights_of = 'nobody'"),
        ("runs = []", "runs: List should have at least 1 item"),
        ("runs = 3\nruns = 4", "not TOML"),
    ],
)
def test_what_a_plan_may_not_say(runs, message):
    """A bad plan is refused before anything is computed; the message names key and value."""
    with pytest.raises(PlanError, match=message):
        _expand(runs)


def test_seeds_of_the_plan_have_a_line():
    """A seed in quotation marks is refused with the line of the list that holds it."""
    with pytest.raises(PlanError, match=r"p.toml:2: seeds.\[1\]: Input should be a valid integer, got '0'"):
        _expand('[[runs]]\nhead = "linear"', 'seeds = ["0"]')


def test_a_head_is_resolved_once_an_entry(monkeypatch):
    """Checking a head, its circuit and options does not depend on the seed, and is done once for all seeds."""
    calls = []

    def counted(spec, n_classes):
        calls.append(spec)
        return resolve_head(spec, n_classes=n_classes)

    monkeypatch.setattr(heads, "resolve_head", counted)
    runs = _expand('[[runs]]\nhead = "statevector"\ncircuit = "eq7"', "seeds = [0, 1, 2]")

    assert len(runs) == 3
    assert len(calls) == 1


def test_all_problems_at_once():
    """Three mistakes give three lines."""
    with pytest.raises(PlanError) as caught:
        _expand('[training]\nepochs = 0\nbatch = 3\n[[runs]]\nheed = "linear"')

    text = str(caught.value)
    assert "training.epochs" in text
    assert "training.batch;" in text
    assert "heed" in text


def test_unknown_preset():
    """An unknown preset is answered with the known ones."""
    with pytest.raises(PlanError, match=r"unknown preset 'benhc': expected one of bench, .*did you mean 'bench'"):
        load_preset("benhc")


def test_unreadable_files(tmp_path):
    """A missing file, a huge one, one that is not UTF-8, and one nested 5,000 deep are refused by name."""
    bad = tmp_path / "bad.toml"
    with pytest.raises(PlanError, match=r"bad.toml: the plan cannot be read"):
        load_file(bad)
    bad.write_bytes(b"#" * (1 << 20) + b"#")
    with pytest.raises(PlanError, match="it has 1048577 bytes or more; at most 1048576 are read"):
        load_file(bad)
    bad.write_bytes(b"\xff\xfe")
    with pytest.raises(PlanError, match="UTF-8"):
        load_file(bad)
    bad.write_text("a = " + "[" * 5000)
    with pytest.raises(PlanError, match="not TOML"):
        load_file(bad)


_EQ7 = '[[runs]]\nlabel = "a"\nhead = "statevector"\ncircuit = "eq7"\n'


@pytest.mark.parametrize(
    "second",
    [
        'head = "statevector"\ncircuit = "eq7_swapped"\nmax_steps = 3',
        'head = "cosine"\nmax_steps = 3',
    ],
)
def test_weights_go_to_the_same_function_alone(second):
    """weights_of is refused for another circuit and for a classical head."""
    with pytest.raises(PlanError, match=r"weights_of = 'a': expected an entry that trains the same circuit"):
        _expand(f'{_EQ7}[[runs]]\n{second}\nweights_of = "a"')


def test_weights_of_a_slice_are_refused():
    """weights_of is refused for a slice, which keeps no weights."""
    with pytest.raises(PlanError, match="to its end, got statevector eq7 exact, 3 steps"):
        _expand(f'{_EQ7}max_steps = 3\n[[runs]]\nhead = "pennylane"\ncircuit = "eq7"\nmax_steps = 3\nweights_of = "a"')


def test_id_is_of_resolved_options():
    """A default that is written out and another name of a device give the same run, which is refused as a duplicate."""
    fake = '[[runs]]\nlabel = "{}"\nhead = "fake_ibm"\ncircuit = "eq7"\noptions = {}\n'
    with pytest.raises(PlanError, match="is there already"):
        _expand(fake.format("a", "{}") + fake.format("b", '{device = "FakeManilaV2"}'))
    assert _expand(fake.format("a", "{}"))[0].spec.options["gate_noise"] is True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[data]\nn_images = "100"\n', "data.n_images: Input should be a valid integer, got '100'"),
        ("[training]\nepochs = true\n", "training.epochs: Input should be a valid integer, got True"),
        ('[training]\ntorch_device = "cudda"\n', "torch_device = 'cudda' cannot be used: .*leave it out for the CPU"),
    ],
)
def test_values_are_taken_for_what_they_are(text, message):
    """A number in quotation marks, a boolean for a number, a near miss and an unknown device are refused, not converted."""
    with pytest.raises(PlanError, match=message):
        _expand('[[runs]]\nhead = "linear"', text)


def test_no_shots_for_a_classical_head():
    """Shots = 0 is a setting too: it is refused, not passed over."""
    with pytest.raises(PlanError, match="head 'linear' is classical and takes no shots; leave it out"):
        expand(parse('name = "p"\n[[runs]]\nhead = "linear"\nshots = 0\n', where="p"), facts=mnist_facts())

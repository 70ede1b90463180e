"""The presets ``study`` and ``sweeps`` ask what their descriptions say."""

import collections
import functools

from data_facts import mnist_facts

from docs.figures.open_points import OPEN_POINTS
from docs.figures.reference import PAPERS_HEAD
from harness.plan.comparison import declared
from harness.plan.expand import expand
from harness.plan.plan import load_preset
from harness.spec import RunSpec

_ORDINARY = RunSpec(head="statevector", circuit="eq7", shots=1000, execution="table")


@functools.cache
def _specs(name: str) -> dict[str, list[RunSpec]]:
    """Return the specs of a preset by label."""
    found: dict[str, list[RunSpec]] = {}
    for run in expand(load_preset(name), facts=mnist_facts("d")):
        found.setdefault(run.label, []).append(run.spec)
    return found


def _settings(spec: RunSpec) -> dict[str, object]:
    """Return all that is asked of a run by name, without seed and source of the weights."""
    content = spec.model_dump(exclude={"seed", "weights_from"})
    nested = {
        f"{table}.{key}": value for table in ("data", "model", "training") for key, value in content.pop(table).items()
    }
    return content | nested


def test_study_has_seeds_for_verdicts():
    """16 seeds for the heads of the main question, 10 for the others, 3 for those that must be at chance."""
    seeds = {label: [spec.seed for spec in specs] for label, specs in _specs("study").items()}
    main = {"linear", "bounded", "cosine", PAPERS_HEAD, "eq7 exact"}
    shuffled = {label for label, specs in _specs("study").items() if specs[0].data.labels == "shuffled"}
    assert shuffled == {"linear, shuffled labels", "eq7 1000 shots, shuffled labels"}
    for label, found in seeds.items():
        assert found == list(range(16 if label in main else 3 if label in shuffled else 10)), label


def test_study_is_the_papers_protocol():
    """All heads have the same images, network and training, apart from the controls that change one of them."""
    changed = {label for label, specs in _specs("study").items() if specs[0].model != _ORDINARY.model}
    assert changed == {"eq7 frozen angle layer"}
    assert all(spec.training == _ORDINARY.training for specs in _specs("study").values() for spec in specs)
    assert all(spec.model_copy(update={"seed": 0}) == _ORDINARY for spec in _specs("study")[PAPERS_HEAD])


def test_study_declares_its_comparisons():
    """Every trained head against linear, the paper's head against each simpler explanation, and nothing with shuffled labels."""
    plan = load_preset("study")
    runs = expand(plan, facts=mnist_facts("d"))
    pairs = [(pair.ours, pair.theirs) for pair in declared(plan.comparison, runs, at="").pairs]
    against_linear = {ours for ours, theirs in pairs if theirs == "linear"}
    assert against_linear == {label for label in _specs("study") if label != "linear" and "shuffled" not in label}
    assert {(PAPERS_HEAD, rival) for rival in ("cosine", "bounded", "eq7 exact", "eq7 reduced 1000 shots")} <= set(
        pairs
    )
    assert max(collections.Counter(pairs).values()) == 1
    assert plan.comparison.margin_pp == 0.5


def test_sweeps_have_enough_seeds_for_an_interval_where_documents_show_one():
    """Five for the base and each open point; three elsewhere."""
    shown = {PAPERS_HEAD, *(label for point in OPEN_POINTS for _, label in point.tried)}
    for label, specs in _specs("sweeps").items():
        n_seeds = 5 if label in shown or label.startswith("shots ") else 3
        assert [spec.seed for spec in specs] == list(range(n_seeds)), label


def test_an_open_point_changes_one_setting():
    """So that its effect is its own; recording the fidelity of gradients changes no result."""
    base = _settings(_specs("sweeps")[PAPERS_HEAD][0])
    for point in OPEN_POINTS:
        for _, label in point.tried:
            found = _settings(_specs("sweeps")[label][0])
            differing = {name for name in base if base[name] != found[name]} - {"training.fidelity_every"}
            assert len(differing) == 1, (label, differing)


def test_the_matrix_is_complete():
    """Weights of the ideal head and of four devices, each tested on the ideal head and on all four devices but its own."""
    label_of = {run.run_id: run.label for run in expand(load_preset("sweeps"), facts=mnist_facts("d"))}
    found = {
        (label_of[specs[0].weights_from], specs[0].options.get("device", "ideal"))
        for specs in _specs("sweeps").values()
        if specs[0].scope == "evaluation"
    }
    devices = ("rochester", "manila", "sherbrooke", "marrakesh")
    trained = {PAPERS_HEAD: "ideal", **{f"device {name}": name for name in devices}}
    assert found == {
        (label, tested) for label, own in trained.items() for tested in ("ideal", *devices) if tested != own
    }

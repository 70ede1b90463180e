"""Checkpoints: a training that was stopped ends in the bits of an undisturbed one; damaged checkpoints are named and skipped."""

import dataclasses
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from data_facts import MNIST

from backends import circuit_named, head_class
from baselines import baseline_class
from harness.data.load import load
from harness.data.split import split as split_of
from harness.errors import DiskError, StoreError
from harness.records import sealed
from harness.spec import DataSpec, ModelSpec, TrainingSpec
from harness.training.checkpoint import Checkpoints
from harness.training.model import Classifier
from harness.training.timing import Clock
from harness.training.train import classify, train

_SPEC = TrainingSpec(epochs=3, batch_size=8)
_N_STEPS = 12  # 32 training images


class Stop(BaseException):
    """Stands for a kill: the harness does not catch it."""


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """Use one thread, as a run does: results depend on the number of threads."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture(scope="module")
def split():
    return split_of(load(DataSpec()), DataSpec(n_images=50, official_images=0), seed=0)


def _head(kind):
    if kind == "linear":
        return baseline_class("linear")(10)
    return head_class("statevector")(circuit_named("eq7"), n_circuits=10, shots=7, seed=3)


def _train(folder, split, *, kind="statevector", stop_after=None, spec=_SPEC, interval_s=0.0, run_id="a"):
    """Train with a checkpoint after every step, up to a stop; return all that must be equal in the end, checkpoints and clock."""
    classifier = Classifier(_head(kind), ModelSpec(dropout=0.5), **MNIST, seed=3)
    checkpoints = Checkpoints(folder, run_id=run_id, interval_s=interval_s)
    clock = Clock()

    def progress(done, total, loss):
        if done == stop_after:
            raise Stop

    history = train(classifier, split, spec, seed=3, clock=clock, progress=progress, checkpoints=checkpoints)
    tested = classify(classifier, split.test)
    counts = [{**dataclasses.asdict(count), "seconds": 0} for count in (history.tally.forward, history.tally.backward)]
    end = {
        "weights": {name: values.numpy().tobytes() for name, values in classifier.state_dict().items()},
        "epochs": history.epochs,
        "counts": (counts, history.tally.jobs, history.n_images, history.n_steps),
        "evaluated": getattr(classifier.head, "n_evaluated", None),
        "tested": (tested.loss, tested.predictions.tolist()),
        "next random numbers": (torch.rand(1).item(), random.random(), np.random.random()),
    }
    return end, checkpoints, clock


@pytest.fixture(scope="module")
def undisturbed(split, tmp_path_factory):
    return {kind: _train(tmp_path_factory.mktemp(kind), split, kind=kind)[0] for kind in ("linear", "statevector")}


def _stopped(folder, split, **options):
    with pytest.raises(Stop):
        _train(folder, split, **options)


@pytest.mark.parametrize("kind", ["linear", "statevector"])
@pytest.mark.parametrize("stop_after", [2, 4, 5, _N_STEPS])
def test_stopped_anywhere_it_ends_in_the_same_bits(tmp_path, split, undisturbed, kind, stop_after):
    """Stopped within an epoch, at its end, or at the end: weights, losses, counts, predictions and streams are those of one go.

    Shuffling, dropout and, for the quantum head, shots are on.
    """
    _stopped(tmp_path, split, kind=kind, stop_after=stop_after)
    end, checkpoints, _ = _train(tmp_path, split, kind=kind)

    assert checkpoints.resumed_at == stop_after - 1  # stopped before the checkpoint of that step
    assert checkpoints.notes == []
    assert end == undisturbed[kind]


def test_stopped_after_every_step(tmp_path, split, undisturbed):
    """A training that is stopped after every step ends in the same bits."""
    for step in range(2, _N_STEPS + 1):
        _stopped(tmp_path, split, stop_after=step)
        assert len(list(tmp_path.iterdir())) <= 2
    assert _train(tmp_path, split)[0] == undisturbed["statevector"]


def test_a_slice_goes_on_too(tmp_path, split):
    """max_steps counts the steps of all processes of a run together."""
    spec = TrainingSpec(epochs=3, batch_size=8, max_steps=6)
    _stopped(tmp_path, split, stop_after=3, spec=spec)

    end, checkpoints, _ = _train(tmp_path, split, spec=spec)

    assert checkpoints.resumed_at == 2
    assert end == _train(tmp_path / "other", split, spec=spec)[0]


def test_seconds_add_up_over_the_goes(tmp_path, split):
    """Seconds of the phases and in all continue from the checkpoint; seconds after it are not counted."""
    _stopped(tmp_path, split, stop_after=9)
    saved = sealed.read(max(tmp_path.iterdir())).facts
    _, _, clock = _train(tmp_path, split)

    assert clock.total > saved["total_s"] > 0
    assert all(clock.seconds[phase] > seconds > 0 for phase, seconds in saved["seconds"].items())
    assert sum(clock.seconds.values()) <= clock.total


def test_checkpoints_are_as_old_as_they_may_be(tmp_path, split):
    """No checkpoint is written within the interval."""
    _train(tmp_path, split, interval_s=1e6)

    assert list(tmp_path.iterdir()) == []


def _cut(share):
    return lambda content: content[: int(len(content) * share)]


def _flipped(content):
    changed = bytearray(content)
    changed[len(content) // 2] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("damage", [*map(_cut, (0, 0.01, 0.1, 0.5, 0.9, 0.99)), _flipped, lambda content: b"\xff" * 64])
def test_a_damaged_one_is_named_and_the_older_used(tmp_path, split, undisturbed, damage):
    """A newest checkpoint that is cut or has a flipped bit is named and skipped; the older one is used, and the end is the same."""
    _stopped(tmp_path, split, stop_after=7)
    newer = max(tmp_path.iterdir())
    newer.write_bytes(damage(newer.read_bytes()))

    end, checkpoints, _ = _train(tmp_path, split)

    assert checkpoints.resumed_at == 5
    assert [note for note in checkpoints.notes if newer.name in note and "damaged" in note]
    assert end == undisturbed["statevector"]


def test_with_both_damaged_the_run_begins_again(tmp_path, split, undisturbed):
    """Without a sound checkpoint the run begins again, with a note, and ends the same."""
    _stopped(tmp_path, split, stop_after=7)
    for path in tmp_path.iterdir():
        path.write_bytes(_flipped(path.read_bytes()))

    end, checkpoints, _ = _train(tmp_path, split)

    assert checkpoints.resumed_at is None
    assert len(checkpoints.notes) == 3
    assert checkpoints.notes[-1] == "no usable checkpoint is left; the run starts from step 0"
    assert end == undisturbed["statevector"]


def test_every_flipped_bit_is_found(tmp_path, split):
    """Each of 300 flipped bits leads to an error, or leaves the content the same bit for bit."""
    _stopped(tmp_path, split, kind="linear", stop_after=3)
    path = max(tmp_path.iterdir())
    content, sound = path.read_bytes(), sealed.read(path)
    header = int.from_bytes(content[:8], "little") + 8
    stream = random.Random(0)
    places = [*range(16), *(stream.randrange(16, header) for _ in range(100))]
    places += [stream.randrange(header, len(content)) for _ in range(184)]
    messages = []
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1 << stream.randrange(8)
        path.write_bytes(changed)
        try:
            tensors, facts = sealed.read(path)
        except StoreError as error:
            messages.append(str(error))
        else:
            assert facts == sound.facts
            assert all(torch.equal(tensors[name], values) for name, values in sound.tensors.items())
    assert len(messages) > 280
    assert all(path.name in message for message in messages)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": 99}, "another schema_version: expected 2, found 99"),
        ({"run_id": "b"}, "another run_id: expected a, found b"),
        ({"versions": {"torch": "0"}}, "another versions: .*found {'torch': '0'}"),
        ({"n_images": None, "total_s": None}, "lacks what one must hold: .*n_images"),
    ],
)
def test_one_that_is_not_ours_is_refused(tmp_path, split, undisturbed, change, message):
    """A checkpoint of a later schema, another run or other packages, or half of one, is named and skipped; the older one is used."""
    _stopped(tmp_path, split, stop_after=5)
    newest = max(tmp_path.iterdir())
    tensors, facts = sealed.read(newest)
    sealed.write(newest, tensors, facts | change)

    end, checkpoints, _ = _train(tmp_path, split)

    assert checkpoints.resumed_at == 3
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(checkpoints.notes)
    assert end == undisturbed["statevector"]


@pytest.mark.parametrize(
    ("lacking", "extra", "message"),
    [
        ("model.to_head.bias", {}, r"model.to_head.bias has shape none, expected \(10,\)"),
        ("optimizer.0.exp_avg", {}, r"optimizer.0.exp_avg has shape none, expected \(16, 1, 5, 5\)"),
        ("model.to_head.bias", {"model.a": torch.zeros(3)}, r"model.a has shape \(3,\), expected none"),
    ],
)
def test_one_of_half_a_model_is_refused(tmp_path, split, lacking, extra, message):
    """Weights or moments that are missing, or are nobody's, are named."""
    _stopped(tmp_path, split, stop_after=2, kind="linear")
    (path,) = tmp_path.iterdir()
    tensors, facts = sealed.read(path)
    sealed.write(path, {name: values for name, values in tensors.items() if name != lacking} | extra, facts)

    _, checkpoints, _ = _train(tmp_path, split, kind="linear")

    assert checkpoints.resumed_at is None
    with pytest.raises(AssertionError, match=f"of another model: {message}"):
        raise AssertionError(checkpoints.notes[0])


def test_one_of_another_model_is_refused_whole(tmp_path, split):
    """Nothing is loaded from a checkpoint in which one weight has another shape."""
    _stopped(tmp_path, split, stop_after=3, kind="linear")
    for path in tmp_path.iterdir():
        tensors, facts = sealed.read(path)
        sealed.write(path, tensors | {"model.to_head.bias": torch.zeros(3)}, facts)

    end, checkpoints, _ = _train(tmp_path, split, kind="linear")

    assert checkpoints.resumed_at is None
    assert "of another model: model.to_head.bias has shape (3,), expected (10,)" in checkpoints.notes[0]
    assert checkpoints.notes[-1] == "no usable checkpoint is left; the run starts from step 0"
    assert end == _train(tmp_path / "other", split, kind="linear")[0]


def test_at_most_two_are_kept_and_named_after_their_steps(tmp_path, split):
    """The newest, and one for the day on which the newest is damaged."""
    _train(tmp_path, split, kind="linear")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000011.safetensors", "000000012.safetensors"]


def test_they_hold_the_count_that_seeds_the_shots(tmp_path, split):
    """A quantum head's checkpoint says how many evaluations it has made; a classical head has none."""
    n_evaluated = {}
    for kind in ("linear", "statevector"):
        end, _, _ = _train(tmp_path / kind, split, kind=kind)
        facts = sealed.read(max((tmp_path / kind).iterdir())).facts
        n_evaluated[kind] = facts["n_evaluated"]
        assert (facts["n_images"], facts["head_tally"] is None) == (3 * 32, kind == "linear")
        assert facts["n_evaluated"] <= (end["evaluated"] or 0)

    # 3 epochs of 32 images with a row and 8 shifted ones for each of 10 circuits, and 2 validations of 8 images with a row each
    assert n_evaluated == {"linear": 0, "statevector": 10 * (3 * 32 * 9 + 2 * 8)}


def test_one_that_another_process_removes_is_no_failure(tmp_path, split, monkeypatch):
    """A worker that was taken for lost may be removing the same old checkpoint."""
    unlink = Path.unlink

    def removed_by_both(path, missing_ok=False):
        unlink(path)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", removed_by_both)
    _train(tmp_path, split, kind="linear")

    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_made_is_named(tmp_path, split):
    """The message has the folder, the system's reason alone, and the remedy."""
    folder = tmp_path / "missing" / "checkpoints"

    with pytest.raises(
        DiskError, match=rf"^checkpoints in {folder} cannot be kept: No such file or directory; free the disk$"
    ):
        _train(folder, split, kind="linear")


def _steps_written(folder, split, monkeypatch, *, interval_s, write_s):
    """Train on a clock that goes on by a second with each step, and by ``write_s`` with each checkpoint; return the checkpoints' steps."""
    written, now = [], [0.0]
    offer, write = Checkpoints.offer, sealed.write

    def offer_a_second_later(checkpoints, state):
        now[0] += 1
        offer(checkpoints, state)

    def write_slowly(path, *content):
        written.append(int(path.stem))
        now[0] += write_s
        return write(path, *content)

    monkeypatch.setattr("harness.training.checkpoint.time.monotonic", lambda: now[0])
    monkeypatch.setattr(Checkpoints, "offer", offer_a_second_later)
    monkeypatch.setattr(sealed, "write", write_slowly)
    _train(folder, split, kind="linear", interval_s=interval_s)
    return written


@pytest.mark.parametrize(
    ("interval_s", "write_s", "steps"),
    [
        (5, 0.25, [5, 10]),  # a fast disk: the interval, after a checkpoint was written
        (1, 0.5, [1, 6, 11]),  # a slow one: ten times the half second
        (0, 0.5, [*range(1, _N_STEPS + 1)]),  # as was asked
    ],
)
def test_how_often_they_are_written(tmp_path, split, monkeypatch, interval_s, write_s, steps):
    """At the interval; on a slow disk so seldom that writing takes a tenth of the time at most; at every step where that is asked."""
    assert _steps_written(tmp_path, split, monkeypatch, interval_s=interval_s, write_s=write_s) == steps

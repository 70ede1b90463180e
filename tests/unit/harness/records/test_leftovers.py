"""Leftover and damaged files in a results folder are found, named and removed, and what is sound is left."""

from stores import add_checkpoint, folder_of, record_of

from harness.records.leftovers import leftovers


def test_leftovers_are_found_named_and_swept(tmp_path):
    """Temporary files and folders, stale progress, checkpoints of ok runs and damaged files; what is sound stays."""
    store = folder_of(
        tmp_path, record_of("a"), record_of("b", status="killed"), record_of("c", weights_sha256="0" * 64)
    )
    store.weights_of("c" * 64).write_text("torn")
    sound = store.record_of("a" * 64, 1).read_bytes()
    store.record_of("b" * 64, 1).write_text("{}")
    (tmp_path / "records" / ".x.json.1-0.part").write_text("half")
    (tmp_path / "checkpoints" / ".y.part").mkdir()
    (tmp_path / "checkpoints" / ".y.part" / "000000001.safetensors").write_text("half")
    store.progress_of("a" * 64).write_text("{}")
    for letter in "ab":
        add_checkpoint(store, letter)
    (store.checkpoints_of("b" * 64) / "000000002.safetensors").write_text("torn")

    found = leftovers(store)

    said = [leftover.what for leftover in found]
    for what in (
        "bbb.1.json is damaged",
        ".x.json.1-0.part was being written when its process was killed",
        ".y.part was being written when its process was killed",
        "is of a run that is not under way",
        "holds checkpoints of a run that is ok",
        "000000002.safetensors is damaged",
        "weights of run cccccccccccc (c, seed 0): ",
    ):
        assert sum(what in line for line in said) == 1, what
    assert len(said) == 7
    for leftover in found:
        leftover.mend()
    assert leftovers(store) == []
    assert [record.label for record in store.read().records] == ["a"]  # the others are to be made again
    assert store.record_of("a" * 64, 1).read_bytes() == sound
    assert store.last_checkpoint_of("b" * 64) == 1
    assert store.next_attempt("b" * 64) == 2


def test_a_sound_folder_has_no_leftovers(tmp_path):
    """Nothing is found where nothing is wrong."""
    assert leftovers(folder_of(tmp_path, record_of("a"))) == []

"""Records of older schemas in today's."""

from harness.records.migrations import migrated
from harness.records.packed import unpack
from harness.records.record import SCHEMA_VERSION


def test_each_schema_gains_what_the_next_one_knows():
    """A record of schema 1 has no checkpoints to tell of; its content is otherwise as it was, and is not changed in place."""
    first = {"schema_version": 1, "label": "mine"}
    second = {"schema_version": 2, "label": "mine", "resumed_at": 3, "notes": ["x"], "weights_sha256": "y"}

    assert migrated(first) == {
        "schema_version": SCHEMA_VERSION, "label": "mine", "resumed_at": None, "notes": [], "weights_sha256": None,
    }  # fmt: skip
    assert migrated(second) == second | {"schema_version": SCHEMA_VERSION}
    assert first == {"schema_version": 1, "label": "mine"}


def test_others_are_left_as_they_are():
    """Today's, a later one, or none at all."""
    for content in ({"schema_version": SCHEMA_VERSION}, {"schema_version": 99}, {}):
        assert migrated(content) == content


def test_data_sets_were_of_mnists_form():
    """Schema 5 told neither shape nor classes; a run that ended before it knew its data set still tells nothing."""
    known, unknown = (migrated({"schema_version": 5, "dataset": facts}) for facts in ({"name": "mnist"}, None))

    assert known["dataset"] == {"name": "mnist", "shape": [1, 28, 28], "class_names": list("0123456789")}
    assert unknown == {"schema_version": SCHEMA_VERSION, "dataset": None}


def test_predictions_become_text():
    """Schema 4 lists the predictions, knows no true classes, and was not asked for the data set's own test images."""
    fourth = {
        "schema_version": 4,
        "spec": {"data": {"n_images": 50}},
        "evaluation": {"predictions": [3, 1, 4], "loss": 1},
    }

    found = migrated(fourth)

    assert unpack(found["evaluation"].pop("predictions")).tolist() == [3, 1, 4]
    assert found == {
        "schema_version": SCHEMA_VERSION,
        "spec": {"data": {"n_images": 50, "official_images": 0}},
        "evaluation": {"loss": 1},
    }

"""Settings by name, and which of them are unusual in a report."""

from unit.harness.report.example_records import LINEAR, record

from backends.circuits.catalogue import CIRCUITS
from harness.report.numbers.grouping import grouped
from harness.report.numbers.settings import in_words, settings_of, unusual_settings
from harness.report.numbers.tables import comparison
from harness.report.sections.comparison_table import comparison_table
from harness.spec import DataSpec, ModelSpec, TrainingSpec


def test_settings_have_dotted_names_and_plain_values() -> None:
    """Nested tables are flat; seeds and sources of weights are no settings."""
    found = settings_of(record("a", seed=3, spec={"options": {"device": "manila"}, "weights_from": "x"}).spec)
    assert found["options.device"] == "manila"
    assert found["training.batch_size"] == 32
    assert not {"seed", "weights_from"} & set(found)


def test_a_circuit_of_a_file_counts_by_what_it_computes() -> None:
    """Two files of one name with different circuits are two values."""
    spec = record("a", spec={"circuit": "f.toml", "own_circuit": CIRCUITS["eq7"]}).spec
    assert settings_of(spec)["circuit"] == f"f.toml {CIRCUITS['eq7'].fingerprint[:6]}"


def test_settings_in_words() -> None:
    """Underscores become spaces, and no shots are exact."""
    assert in_words("training.batch_size", 64) == "batch size 64"
    assert in_words("shots", None) == "shots exact"
    assert in_words("training.skip_dead_angles", True) == "skip dead angles yes"


def test_what_differs_from_most_heads_is_unusual() -> None:
    """A batch of 64 among batches of 32 is told; an option counts among the heads that have it; head and shots do not count."""
    records = [
        record("linear", spec=LINEAR),
        record("usual"),
        record("batch", spec={"training": TrainingSpec(batch_size=64)}),
        record("frozen", spec={"model": ModelSpec(angle_layer="frozen", logit_scale=10)}),
        record("with option", spec={"head": "fake_ibm", "options": {"device": "manila", "optimization_level": 3}}),
        record("less official", spec={"data": DataSpec(official_images=0)}),
    ]
    results = grouped(records)
    assert unusual_settings(results.groups) == {
        "linear": (),
        "usual": (),
        "batch": ("batch size 64",),
        "frozen": ("logit scale 10.0", "angle layer frozen"),
        "with option": (),
        "less official": (),
    }
    small = {row[0].text: row[0].small for row in comparison_table(comparison(results)).rows}
    assert small["batch"].endswith("batch size 64")
    assert "batch size" not in small["usual"]


def test_a_head_with_shuffled_labels_is_marked() -> None:
    """It must be at chance, and nobody may take it for a competitor."""
    shuffled = record("noise", spec={**LINEAR, "data": DataSpec(labels="shuffled")})
    table = comparison_table(comparison(grouped([record("linear", spec=LINEAR), shuffled])))
    assert table.rows[1][0].small == "linear · labels shuffled · sanity check, must be at chance"

"""The file of prices: what comes with the package, what a user may write, what is refused."""

import datetime
from pathlib import Path

import pytest

from harness.cost.qpu_time import Use
from harness.cost.tariffs import Tariff, load_tariffs, template
from harness.errors import PlanError

GOOD = """
[[tariff]]
name = "mine"
vendor = "v"
plan = "p"
currency = "EUR"
per_second = 2.0
per_shot = 0.5
per_task = 0.25
source = "s"
figures_of = 2026-01-02
"""


def loaded(text: str, folder: Path) -> list[Tariff]:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return load_tariffs(path)


def test_what_comes_with_the_package() -> None:
    """Several vendors, each price with its source and a date that is not in the future of the look-up."""
    found = load_tariffs()

    assert {tariff.vendor for tariff in found} == {"IBM Quantum", "Amazon Braket", "IQM"}
    assert all(tariff.source and tariff.figures_of <= datetime.date(2026, 11, 24) for tariff in found)
    assert "THEY MAY BE OUT OF DATE" in template()


def test_a_price_by_hand(tmp_path: Path) -> None:
    """Seconds, executions and circuits, each at its price."""
    (tariff,) = loaded(GOOD, tmp_path)

    assert tariff.price(Use(circuits=4, executions=40, jobs=1, qpu_s=3.0)) == 2.0 * 3 + 0.5 * 40 + 0.25 * 4


def test_the_template_can_be_read_again(tmp_path: Path) -> None:
    assert loaded(template(), tmp_path) == load_tariffs()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("per_second", "per_secnd", r"tariff\.\[1\]\.per_secnd: .*did you mean 'per_second'"),
        ('currency = "EUR"', 'currency = "euro"', r"tariff\.\[1\]\.currency: String should match pattern"),
        ("per_shot = 0.5", "per_shot = -1.0", r"tariff\.\[1\]\.per_shot: Input should be greater than or equal to 0"),
        ("2026-01-02", '"soon"', r"tariff\.\[1\]\.figures_of: Input should be a valid date"),
        ('name = "mine"', f'name = "{"x" * 21}"', r"tariff\.\[1\]\.name: String should have at most 20 characters"),
        ('source = "s"\n', "", r"tariff\.\[1\]\.source: Field required"),
        (GOOD, "[[tariff", "not TOML"),
        (GOOD, "", "tariff: Field required"),
        (GOOD, GOOD + GOOD, "expected a name of its own for each tariff, got mine more than once"),
        (
            "per_second = 2.0\nper_shot = 0.5\nper_task = 0.25\n", "",
            "expected a price above 0: per_second, per_shot or per_task",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    """The message names the file, the place and what was expected."""
    with pytest.raises(PlanError, match=rf"mine\.toml: .*{message}"):
        loaded(GOOD.replace(old, new), tmp_path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """The message says how to get one."""
    with pytest.raises(PlanError, match=r"cannot be read: .*as qhb cost --tariffs-template prints one"):
        load_tariffs(tmp_path / "none.toml")

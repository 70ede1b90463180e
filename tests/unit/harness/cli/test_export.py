"""``qhb export``: the format is asked for once."""

import pytest
from click.testing import CliRunner
from stores import folder_of, record_of

from harness.cli.export import command


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--format", "csv"], 2)])
def test_the_format_is_what_the_name_ends_in(tmp_path, arguments, code):
    """--output x.parquet is Parquet, and one that contradicts --format is refused."""
    store = folder_of(tmp_path / "r", record_of("a"))
    path = tmp_path / "x.parquet"
    done = CliRunner().invoke(command, [str(store.root), "--output", str(path), *arguments])

    assert getattr(done.exception, "exit_code", 0) == code
    assert path.exists() == (code == 0)
    assert code or path.read_bytes()[:4] == b"PAR1"

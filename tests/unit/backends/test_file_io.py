"""Where files are kept that can be made again."""

from pathlib import Path

from backends.file_io import user_cache_folder


def test_where_the_cache_folder_is(monkeypatch) -> None:
    """It is in $QHB_CACHE_DIR, else in $XDG_CACHE_HOME, else in ~/.cache."""
    monkeypatch.setenv("QHB_CACHE_DIR", "/a")
    monkeypatch.setenv("XDG_CACHE_HOME", "/b")
    monkeypatch.setenv("HOME", "/c")
    assert user_cache_folder("tables") == Path("/a/tables")
    monkeypatch.delenv("QHB_CACHE_DIR")
    assert user_cache_folder("tables") == Path("/b/quantum-head-bench/tables")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert user_cache_folder("tables") == Path("/c/.cache/quantum-head-bench/tables")

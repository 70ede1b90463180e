"""Envelopes: JSON content with its checksum."""

import hashlib
import json

import pytest

from harness.errors import DamagedError
from harness.records.envelope import canonical_json, digest, enclose, read_envelope

_CONTENT = {"b": [1, 2.5, None], "a": "\u00e9"}


def test_the_digest_is_of_the_canonical_text():
    """Sorted keys, no spaces, ASCII: files of earlier versions were sealed by it, so it never changes."""
    assert canonical_json(_CONTENT) == b'{"a":"\\u00e9","b":[1,2.5,null]}'
    assert digest(_CONTENT) == hashlib.sha256(canonical_json(_CONTENT)).hexdigest()
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})


def test_what_json_cannot_hold_is_refused():
    """NaN would come back from no other reader."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        enclose("x", {"a": float("nan")})


def test_an_envelope_comes_back(tmp_path):
    """The content under its name, up to the limit of its file's size."""
    path = tmp_path / "x.json"
    path.write_bytes(enclose("mine", _CONTENT))
    size = path.stat().st_size

    assert list(json.loads(path.read_text())) == ["sha256", "mine"]
    assert read_envelope(path, "mine", limit=size) == _CONTENT
    with pytest.raises(DamagedError, match=rf"x.json is damaged: it .* {size - 1} "):
        read_envelope(path, "mine", limit=size - 1)
    with pytest.raises(DamagedError, match=r"x.json is damaged: KeyError: 'other'"):
        read_envelope(path, "other", limit=size)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "JSONDecodeError"),
        ("[1]", "TypeError"),
        ('{"mine": 1}', "KeyError: 'sha256'"),
        ('{"mine": NaN, "sha256": "x"}', "ValueError"),
        ('{"mine": 1, "sha256": "x"}', f"expected SHA-256 x, found {hashlib.sha256(b'1').hexdigest()}"),
        ('{"mine": ' + "[" * 100_000, "RecursionError"),
    ],
)
def test_every_fault_is_named(tmp_path, text, message):
    """A file that is not what was written is damaged, whatever is wrong with it."""
    path = tmp_path / "x.json"
    path.write_text(text)

    with pytest.raises(DamagedError, match=f"x.json is damaged: {message}"):
        read_envelope(path, "mine", limit=10**6)

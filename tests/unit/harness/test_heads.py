"""What a spec asks of a head reaches it."""

from harness.heads import build_head, resolve_head
from harness.spec import RunSpec, TrainingSpec


def test_channels_keep_as_much_memory_as_the_plan_allows() -> None:
    """2 GiB, unless the plan says otherwise."""
    kept = []
    for gib in (None, 0.5):
        training = TrainingSpec() if gib is None else TrainingSpec(channels_memory_gib=gib)
        spec = RunSpec(head="fake_ibm", circuit="eq7", execution="channels", training=training)
        kept.append(build_head(spec, resolve_head(spec, n_classes=10)).response.kept_bytes)

    assert kept == [2**31, 2**29]

"""What a name or an ARN stands for, whatever was registered and deregistered before."""

from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch import ids
from batchyard.batch.ids import Place
from batchyard.batch.resources import JobDefinition
from batchyard.engine.catalog import Shelf

PLACE = Place("123456789012", "us-east-1")


def revision(number: int, *, active: bool) -> JobDefinition:
    arn = ids.arn(PLACE, ids.DEFINITION, f"job:{number}")
    return JobDefinition("job", arn, number, "ACTIVE" if active else "INACTIVE")


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans())))
def test_a_bare_name_is_the_latest_active_revision(puts: list[tuple[int, bool]]) -> None:
    shelf, kept = Shelf(), dict[int, JobDefinition]()
    for number, active in puts:
        kept[number] = revision(number, active=active)
        shelf.put(kept[number])
        active_ones = [r for r in kept.values() if r.status == "ACTIVE"]
        latest = max(active_ones, key=lambda found: found.revision, default=None)
        assert shelf.definition("job") == latest
    for found in kept.values():
        assert shelf.definition(f"job:{found.revision}") == found
        assert shelf.definition(found.arn) == found
        assert shelf.definition(found.arn.replace("us-east-1", "eu-west-1")) is None
    assert shelf.definition(ids.arn(PLACE, ids.DEFINITION, "job")) == shelf.definition("job")
    assert shelf.definition("other") is None
    assert shelf.definition("job:x") is None

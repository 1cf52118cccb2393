"""New ids are UUIDs, never equal, and in the order of time."""

import uuid

from batchyard.engine.chance import new_hex, new_uuid


def test_a_new_id_is_a_uuid_of_version_7() -> None:
    for text in (new_uuid(), new_hex()):
        found = uuid.UUID(text)
        assert (found.version, found.variant) == (7, uuid.RFC_4122)
    assert str(uuid.UUID(new_uuid())) != new_uuid()


def test_new_ids_are_never_equal_and_never_far_out_of_order() -> None:
    made = [new_uuid() for _ in range(20_000)]
    assert len(set(made)) == len(made)
    moments = [text[:13] for text in made]
    assert moments == sorted(moments)

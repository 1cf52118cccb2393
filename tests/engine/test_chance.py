"""New ids are UUIDs, never equal, and in the order of time."""

import uuid

from batchyard.engine.chance import Ids


def test_a_new_id_is_a_uuid_of_version_7() -> None:
    text = Ids().uuid()
    found = uuid.UUID(text)
    assert (found.version, found.variant, str(found)) == (7, uuid.RFC_4122, text)


def test_new_ids_are_never_equal_and_in_the_order_of_time() -> None:
    ids = Ids()
    made = [ids.uuid() for _ in range(20_000)]
    assert len(set(made)) == len(made)
    assert len({text[14:] for text in made}) == len(made)
    moments = [text[:13] for text in made]
    assert moments == sorted(moments)

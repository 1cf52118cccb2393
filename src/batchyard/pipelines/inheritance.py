"""What an object inherits: its parent's fields, its parent's parent's, and Default's.

An object without a ``parent`` has the object ``Default`` for one. Of a field that both have, the
object's own values count, all of them; ``parent`` itself is not inherited, nor is a type that the
object has of its own.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-writing-pipeline-definition.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines.model import DEFAULT, PipelineObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def ancestors(item: PipelineObject, known: Mapping[str, PipelineObject]) -> list[PipelineObject]:
    """List what an object inherits from, nearest first; a circle is followed once."""
    found: list[PipelineObject] = []
    seen = {item.id}
    ahead = parents(item)
    while ahead:
        name = ahead.pop(0)
        if name in seen or name not in known:
            continue
        seen.add(name)
        found.append(known[name])
        ahead += parents(known[name])
    return found


def parents(item: PipelineObject) -> list[str]:
    """Name an object's parents; Default when it names none, and none for Default itself."""
    named = list(item.refs("parent"))
    return named or ([] if item.id == DEFAULT else [DEFAULT])


def inherited(item: PipelineObject, known: Mapping[str, PipelineObject]) -> PipelineObject:
    """Give an object with all that it inherits.

    Args:
        item: the object as it was written.
        known: every object of the definition by id.

    Returns:
        The object; its own fields come first, in their order.
    """
    fields = list(item.fields)
    taken = set(item.keys) | {"parent"}
    for ancestor in ancestors(item, known):
        fields += [f for f in ancestor.fields if f.key not in taken]
        taken |= ancestor.keys
    return PipelineObject(item.id, item.name, tuple(fields))


def resolved(items: Iterable[PipelineObject]) -> dict[str, PipelineObject]:
    """Give every object with what it inherits, by id; of an id that comes twice, the first."""
    known: dict[str, PipelineObject] = {}
    for item in items:
        known.setdefault(item.id, item)
    return {name: inherited(item, known) for name, item in known.items()}

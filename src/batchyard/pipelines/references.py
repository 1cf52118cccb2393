"""References between objects: to what exists, to what fits, and not in circles.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-objects.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines import types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchyard.pipelines.model import Field, PipelineObject

    Objects = Mapping[str, PipelineObject]


def dangling(field: Field, known: Objects) -> str | None:
    """Say why a reference leads nowhere, or where it should not; None when it is right."""
    if field.ref_value is None:
        return None
    target = known.get(field.ref_value)
    if target is None:
        return f"INVALID_REFERENCE: Object references invalid id: '{field.ref_value}'."
    wanted = types.TARGETS.get(field.key)
    if wanted is None or types.kind(target.type) in wanted:
        return None
    kinds = " or ".join(sorted(wanted))
    found = target.type or "without a type"
    return (
        f"INVALID_REFERENCE: '{field.key}' must refer to an object that is a {kinds}, and "
        f"'{field.ref_value}' is {found}."
    )


def needs(known: Objects) -> dict[str, list[str]]:
    """List what each component waits for; an output waits for the activity that makes it."""
    found: dict[str, list[str]] = {name: [] for name in known}
    for name, item in known.items():
        if types.kind(item.type) not in types.RUNNABLE:
            continue
        for key in ("dependsOn", "input", "precondition"):
            found[name] += [ref for ref in item.refs(key) if ref in known]
        if types.kind(item.type) == "activity":
            for ref in item.refs("output"):
                if ref in known:
                    found[ref].append(name)
    return found


def lent(known: Objects) -> dict[str, str]:
    """Name the schedule of each resource and data node that has none of its own.

    It is that of the first activity that uses it (inferred: the guide's page on Schedule shows an
    activity with a schedule on a resource without one).
    """
    found: dict[str, str] = {}
    for item in known.values():
        schedule = item.ref("schedule")
        if schedule is not None and types.kind(item.type) == "activity":
            used = [ref for key in ("runsOn", "input", "output") for ref in item.refs(key)]
            bare = (ref for ref in used if ref in known and known[ref].ref("schedule") is None)
            found = dict.fromkeys(bare, schedule) | found
    return found


def parents(known: Objects) -> dict[str, list[str]]:
    """List the parents that each object names."""
    return {name: [r for r in item.refs("parent") if r in known] for name, item in known.items()}


def circles(edges: Mapping[str, list[str]]) -> Iterator[tuple[str, ...]]:
    """Find the circles in a graph, each once, by depth-first search."""
    done: set[str] = set()
    for start in edges:
        if start not in done:
            yield from _circles_from(start, edges, done)


def _circles_from(
    start: str, edges: Mapping[str, list[str]], done: set[str]
) -> Iterator[tuple[str, ...]]:
    path = [start]
    ahead = [iter(edges[start])]
    while ahead:
        following = next(ahead[-1], None)
        if following is None:
            done.add(path.pop())
            ahead.pop()
        elif following in path:
            yield tuple(path[path.index(following) :])
        elif following not in done:
            path.append(following)
            ahead.append(iter(edges[following]))

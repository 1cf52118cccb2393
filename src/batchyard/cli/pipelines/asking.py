"""Asks Data Pipeline: pipelines by id or name, their fields, their instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchyard.client.calls import call
from batchyard.errors import NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batchyard.client.calls import Answer
    from batchyard.client.sessions import Client

SERVICE = "datapipeline"
AT_ONCE = 25
"""Ids that DescribePipelines and DescribeObjects take (API_DescribePipelines.html)."""

Fields = dict[str, list[str]]
"""An object's fields: every value of each, whether a string or a reference."""


def pages(client: Client, operation: str, member: str, **request: object) -> Iterator[Any]:
    """Give what Data Pipeline lists, page after page."""
    wanted: dict[str, Any] = dict(request)
    while True:
        page = call(client, operation, **wanted)
        yield from page.get(member) or ()
        if not page.get("hasMoreResults") or not page.get("marker"):
            return
        wanted["marker"] = page["marker"]


def pipelines(client: Client) -> list[Answer]:
    """List every pipeline: id and name."""
    return list(pages(client, "list_pipelines", "pipelineIdList"))


def found(client: Client, name: str) -> str:
    """Find a pipeline by its id or its name.

    Raises:
        NotFound: there is none.
        Refused: several have this name.
    """
    known = pipelines(client)
    if any(each["id"] == name for each in known):
        return name
    ids = [str(each["id"]) for each in known if each.get("name") == name]
    if not ids:
        raise NotFound(f"there is no pipeline {name!r} here")
    if len(ids) > 1:
        raise Refused(f"several pipelines are called {name!r}: name one of {', '.join(ids)}")
    return ids[0]


def described(client: Client, ids: Iterable[str]) -> Iterator[tuple[Answer, Fields]]:
    """Describe pipelines, each with its fields."""
    for some in _chunks(list(ids)):
        answer = call(client, "describe_pipelines", pipelineIds=some)
        for each in answer["pipelineDescriptionList"]:
            yield each, fields_of(each)


def objects(client: Client, pipeline: str, ids: Iterable[str]) -> Iterator[tuple[str, Fields]]:
    """Describe objects of a pipeline, each id with its fields."""
    for some in _chunks(list(ids)):
        request = {"pipelineId": pipeline, "objectIds": some}
        for each in pages(client, "describe_objects", "pipelineObjects", **request):
            yield str(each["id"]), fields_of(each)


def instances(client: Client, pipeline: str, sphere: str = "INSTANCE") -> list[str]:
    """Name a pipeline's instances, or attempts."""
    return list(pages(client, "query_objects", "ids", pipelineId=pipeline, sphere=sphere))


def fields_of(item: Answer) -> Fields:
    """Gather an object's fields."""
    gathered: Fields = {}
    for field in item.get("fields") or ():
        value = field.get("stringValue", field.get("refValue", ""))
        gathered.setdefault(field["key"], []).append(value)
    return gathered


def one(fields: Fields, key: str) -> str:
    """Give a field's first value; empty without one."""
    return next(iter(fields.get(key) or ()), "")


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]

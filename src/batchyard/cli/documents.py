"""Reads a job, or a job definition, from a JSON or YAML document of AWS's own members.

A document has the members of RegisterJobDefinition, those of SubmitJob, or both. botocore's model
says what it may hold: a member that the model does not know is refused, and in YAML every value is
read as what the model says it is, so that `value: 2` is text where AWS wants text.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.errors import Refused

if TYPE_CHECKING:
    from batchyard.client.sessions import Client


class Document(NamedTuple):
    """What a document asks for.

    Attributes:
        registration: a request of RegisterJobDefinition; empty when none is to be registered.
        submission: members of SubmitJob.
    """

    registration: dict[str, Any]
    submission: dict[str, Any]


SHARED = "tags"
"""The one member that is the definition's and the job's: a job has the other ones from its
definition, but tags only where they are propagated to its task."""


def read(text: str, name: str, model: Client) -> Document:
    """Read a document.

    Args:
        text: JSON, or YAML.
        name: its file's, for messages; one that ends in .yaml or .yml is YAML.
        model: botocore's ServiceModel of Batch.

    Raises:
        Refused: it is neither, or has a member that AWS does not know.
    """
    register = model.operation_model("RegisterJobDefinition").input_shape
    submit = model.operation_model("SubmitJob").input_shape
    found = _parsed(text, name)
    _check_members(found, {**register.members, **submit.members}, name)
    shapes = {**submit.members, **register.members}
    members = {key: _typed(value, shapes[key], f"{name}: {key}") for key, value in found.items()}
    if not set(members) & (set(register.members) - set(submit.members)):
        return Document({}, members)
    of_submit = (set(submit.members) - set(register.members)) | {SHARED}
    registration = {key: value for key, value in members.items() if key in register.members}
    _check_definition(registration, members, name)
    registration.setdefault("type", "container")
    return Document(registration, {key: members[key] for key in members if key in of_submit})


def _check_definition(registration: dict[str, Any], members: dict[str, Any], name: str) -> None:
    if "jobDefinition" in members:
        raise Refused(f"{name}: it names a jobDefinition and has one of its own: leave one out")
    if "jobDefinitionName" not in registration:
        raise Refused(f"{name}: jobDefinitionName is missing: under which it is to be registered")


def _parsed(text: str, name: str) -> dict[str, Any]:
    yaml = name.endswith((".yaml", ".yml")) or not text.lstrip().startswith("{")
    found = _yaml(text, name) if yaml else _json(text, name)
    if not isinstance(found, dict) or not found:
        raise Refused(f"{name}: there is no job in it: give AWS's members, e.g. jobDefinition")
    return found


def _json(text: str, name: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refused(f"{name} is not valid JSON: {error}") from None


def _yaml(text: str, name: str) -> Any:  # noqa: ANN401 - any YAML, of which every scalar is text
    import yaml

    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts and nothing else
    except yaml.YAMLError as error:
        raise Refused(f"{name} is not valid YAML: {error}") from None


def _check_members(found: dict[str, Any], known: dict[str, Any], where: str) -> None:
    """Refuse a member that is not known, and name the one that was probably meant."""
    for key in found:
        if key not in known:
            raise Refused(f"{where}: {key!r} is no member here{_meant(str(key), known)}")


def _meant(key: str, known: dict[str, Any]) -> str:
    alike = {name.lower(): name for name in known}
    close = get_close_matches(key.replace("_", "").replace("-", "").lower(), alike, n=1)
    return f": do you mean {alike[close[0]]}?" if close else f"; known are {', '.join(known)}"


def _typed(value: Any, shape: Any, where: str) -> Any:  # noqa: ANN401 - JSON, and botocore's shapes
    """Read a value as the model's shape says; what does not fit is left for botocore to refuse."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        _check_members(value, shape.members, where)
        return {k: _typed(v, shape.members[k], f"{where}.{k}") for k, v in value.items()}
    if kind == "list" and isinstance(value, list):
        return [_typed(one, shape.member, f"{where}[{n}]") for n, one in enumerate(value)]
    if kind == "map" and isinstance(value, dict):
        return {str(k): _typed(v, shape.value, f"{where}.{k}") for k, v in value.items()}
    return _scalar(value, kind, where) if isinstance(value, str) else value


def _scalar(text: str, kind: str, where: str) -> Any:  # noqa: ANN401 - of the model's kind
    try:
        if kind in {"integer", "long"}:
            return int(text)
        if kind in {"float", "double"}:
            return float(text)
        if kind == "boolean":
            return {"true": True, "false": False}[text.lower()]
    except (ValueError, KeyError):
        raise Refused(f"{where}: {text!r} is no {kind}") from None
    return text

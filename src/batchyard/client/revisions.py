"""Whether a definition is registered already: AWS registers the same one again as a new revision.

What AWS shows of a definition is not what it was given: empty lists come in, defaults are written
out, variables change places. Sources: the example of DescribeJobDefinitions in botocore's model,
and what Terraform's AWS provider overlooks when it compares (internal/service/batch:
container_properties.go, job_definition.go).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchyard.client.calls import Answer, call, every

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchyard.client.sessions import Client

ADDED = frozenset(
    {"jobDefinitionArn", "revision", "status", "containerOrchestrationType", "jobDefinitionName"}
)
"""Members of JobDefinition that say nothing of what runs."""

SORTED = {"environment": "name", "secrets": "name", "resourceRequirements": "type"}
"""Lists of containerProperties that are sets, and what their entries are known by."""

EMPTY: tuple[object, ...] = (None, [], {})


def same(request: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    """Tell whether a request of RegisterJobDefinition asks for what is shown of a definition.

    In doubt it does not: a revision too many does no harm, and a wrong one would.

    Args:
        request: that of RegisterJobDefinition.
        shown: AWS's JobDefinition.
    """
    return _reduced(request) == _reduced(shown)


def latest(client: Client, name: str) -> Answer | None:
    """Find the latest active revision of a definition; None if there is none."""
    wanted = {"jobDefinitionName": name, "status": "ACTIVE"}
    found = every(client, "describe_job_definitions", "jobDefinitions", **wanted)
    return max(found, key=lambda one: int(one["revision"]), default=None)


def ensure(client: Client, request: Mapping[str, Any]) -> str:
    """Register a definition unless its latest active revision is the same; give the ARN.

    Args:
        client: a botocore client of Batch.
        request: that of RegisterJobDefinition.

    Raises:
        Refused: the service does not take it.
    """
    there = latest(client, request["jobDefinitionName"])
    if there is not None and same(request, there):
        return str(there["jobDefinitionArn"])
    return str(call(client, "register_job_definition", **request)["jobDefinitionArn"])


def _reduced(definition: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in definition.items() if name not in ADDED}
    made["containerProperties"] = _container(made.get("containerProperties") or {})
    made["retryStrategy"] = _retry(made.get("retryStrategy") or {})
    for name, default in DEFAULTS.items():
        if made.get(name) == default:
            del made[name]
    found: dict[str, Any] = _without_empty(made)
    return found


DEFAULTS = {"propagateTags": False, "schedulingPriority": 0, "platformCapabilities": ["EC2"]}
"""RegisterJobDefinition in botocore's model."""


def _container(properties: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in properties.items() if value is not False}
    for name, key in SORTED.items():
        made[name] = _by(key, made.get(name) or ())
    if (made.get("fargatePlatformConfiguration") or {}).get("platformVersion") == "LATEST":
        del made["fargatePlatformConfiguration"]
    return made


def _by(key: str, entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(entries, key=lambda one: str(one.get(key)))


def _retry(strategy: Mapping[str, Any]) -> dict[str, Any]:
    """Reduce a retry strategy: one attempt is the default, and an action's case means nothing."""
    rules = strategy.get("evaluateOnExit") or []
    made = [{**rule, "action": str(rule.get("action")).upper()} for rule in rules]
    attempts = strategy.get("attempts")
    return {"attempts": None if attempts == 1 else attempts, "evaluateOnExit": made}


def _without_empty(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Take out what is nothing, at every depth."""
    if isinstance(value, dict):
        kept = {name: _without_empty(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in EMPTY}
    return [_without_empty(one) for one in value] if isinstance(value, list) else value

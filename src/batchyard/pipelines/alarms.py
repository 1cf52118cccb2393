"""SnsAlarm: what is published when something ends, or is late.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-snsalarm.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from batchyard.pipelines.expressions.scopes import ObjectScope, rendered
from batchyard.pipelines.model import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchyard.pipelines.model import PipelineObject

TYPE: Final = "SnsAlarm"


class Alarm(NamedTuple):
    """A message, and where it goes."""

    topic: str
    subject: str
    message: str


def alarm(
    action: PipelineObject,
    node: PipelineObject,
    find: Callable[[str], PipelineObject | None],
    parameters: Mapping[str, tuple[str, ...]],
) -> Alarm:
    """Work an alarm's message out; an expression that cannot be stays as it was written.

    Args:
        action: the SnsAlarm, with what it inherits.
        node: the instance that it is about, as shown: ``node.`` in its expressions.
        find: gives any component or instance, as shown, by its id.
        parameters: the parameters' values.
    """
    about = replace(action, fields=(*action.fields, Field("node", ref_value=node.id)))

    def found(name: str) -> PipelineObject | None:
        return node if name == node.id else find(name)

    done, _ = rendered(about, ObjectScope(about, found, parameters))

    def text(key: str) -> str:
        return "".join(done.get(key) or (action.string(key) or "",))

    return Alarm(text("topicArn"), text("subject"), text("message"))

"""SnsAlarm: what is published when something ends, or is late.

What nobody can tell leaves a gap, and the message goes out all the same: an alarm that speaks of
its node's errorMessage is wanted most when there is none. Where a list is told, commas stand
between its values (both ours: AWS says nothing of either).

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-snsalarm.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from batchyard.pipelines.expressions.evaluation import told
from batchyard.pipelines.expressions.scopes import ObjectScope
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
    """Work an alarm's message out.

    Args:
        action: the SnsAlarm, with what it inherits.
        node: the instance that it is about, as shown: ``node.`` in its expressions.
        find: gives any component or instance, as shown, by its id.
        parameters: the parameters' values.
    """
    about = replace(action, fields=(*action.fields, Field("node", ref_value=node.id)))

    def found(name: str) -> PipelineObject | None:
        return node if name == node.id else find(name)

    scope = ObjectScope(about, found, parameters)

    def text(key: str) -> str:
        return "\n".join(told(line, scope) for line in action.strings(key))

    return Alarm(text("topicArn"), text("subject"), text("message"))

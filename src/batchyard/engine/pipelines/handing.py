"""What a task runner is given: an attempt's objects, with every expression worked out."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.engine.pipelines.live import Live
    from batchyard.pipelines.alarms import Alarm
    from batchyard.pipelines.model import PipelineObject

    Given = tuple[Mapping[str, PipelineObject], Mapping[str, str]]

READY = 1_000
"""Attempts whose objects are kept until they are handed out (ours); others are formed anew."""


class Handing:
    """Forms tasks' objects, and keeps them until they are asked for."""

    def __init__(self) -> None:
        """Begin without any."""
        self._ready: OrderedDict[tuple[str, str], Given] = OrderedDict()

    def prepare(self, live: Live, attempt: str) -> Mapping[str, str]:
        """Form the objects of an attempt that is about to be offered.

        Returns:
            What cannot be worked out, by field; such an attempt is not to be offered.
        """
        given = self._form(live, attempt)
        if not given[1]:
            self._ready[live.pipeline.id, attempt] = given
            if len(self._ready) > READY:
                self._ready.popitem(last=False)
        return given[1]

    def objects(self, live: Live, attempt: str) -> Given:
        """Give the objects of an attempt, and what cannot be worked out."""
        return self._ready.pop((live.pipeline.id, attempt), None) or self._form(live, attempt)

    def _form(self, live: Live, attempt: str) -> Given:
        from batchyard.pipelines import showing

        definition, components = live.definition, live.components()
        name = attempt.rpartition("_Attempt=")[0]
        instance = live.instance(name)
        if definition is None or instance is None:
            return {}, {attempt: "there is no such attempt"}

        told = next(each for each in instance.attempts if each.id == attempt)
        shown = showing.attempt_object(
            told, instance, components[instance.component], live.pipeline
        )
        return showing.task_objects(shown, partial(_find, live), definition.values())

    @staticmethod
    def alarm(live: Live, name: str, action: str) -> Alarm | None:
        """Form the message of an alarm about an instance; None of an action that is none."""
        from batchyard.pipelines import alarms

        item, node, definition = live.components().get(action), _find(live, name), live.definition
        if item is None or item.type != alarms.TYPE or node is None or definition is None:
            return None
        return alarms.alarm(item, node, partial(_find, live), definition.values())


def _find(live: Live, name: str) -> PipelineObject | None:
    """Give a component or an instance, as it is shown."""
    from batchyard.pipelines import showing

    components = live.components()
    if not name.startswith("@"):
        return components.get(name)
    other = live.instance(name)
    if other is None:
        return None
    return showing.instance_object(other, components[other.component], live.pipeline)

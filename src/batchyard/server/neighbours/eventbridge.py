"""Events as EventBridge hands them to a target that has no template: whole, the account included.

moto puts them together from a template of its own by replacing ``<id>``, ``<detail>`` and so on in
a text, which leaves the account out and falls over a job whose command holds ``<resources>``.

Source: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.events.utils import EventTemplateParser

MEMBERS: Final = (
    *("version", "id", "detail-type", "source", "account", "time", "region", "resources"),
    "detail",
)


def install() -> None:
    """Let targets without a template have whole events."""
    parser: Any = EventTemplateParser
    templated = parser.parse

    def parse(input_template: str | None, input_paths_map: Any, event: Any) -> Any:  # noqa: ANN401 - as in moto
        if input_template or input_paths_map:
            return templated(input_template, input_paths_map, event)
        return {name: event[name] for name in MEMBERS}

    parser.parse = staticmethod(parse)

"""Every key, in words: the last line of the screen, and its page of help."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HINTS = (
    ("/", "find"),
    ("f", "states"),
    ("s", "sort"),
    ("l", "log"),
    ("w", "why"),
    ("c", "cancel"),
    ("t", "terminate"),
    ("?", "keys"),
    ("q", "quit"),
)
"""What the last line shows, in eighty columns."""

KEYS: Mapping[str, Sequence[tuple[str, str]]] = {
    "What is shown": (
        ("1 2 3 4  Tab", "jobs, queues, environments, task runners"),
        ("/", "find words, in id, name, status, queue, reason; !word: without"),
        ("f F", "states: all, live, waiting, running, ended, failed"),
        ("s S", "sort: created, name, status, ran, queue; S: the other way"),
        ("Enter", "a queue's jobs; all that is known of a job"),
        ("Esc", "back to everything"),
        ("r", "ask anew now"),
    ),
    "The job in the marked line": (
        ("l", "follow its log; of an array, those of its children"),
        ("w", "why it does not run, and who is in front of it"),
        ("y", "its story, event by event (on a yard)"),
        ("c", "cancel it, while it waits; asks first"),
        ("t", "terminate it, wherever it stands; asks first"),
    ),
    "Moving and leaving": (
        ("↑ ↓ j k", "a line;  PgUp PgDn: a screen;  g G Home End: first, last"),
        ("q Ctrl-C", "quit"),
    ),
}
"""What the page of help shows, by subject."""


def help_text() -> str:
    """Write the page of help."""
    lines: list[str] = []
    for subject, keys in KEYS.items():
        lines += ["", subject] if lines else [subject]
        lines += [f"  {key:<13} {words}" for key, words in keys]
    return "\n".join(lines)

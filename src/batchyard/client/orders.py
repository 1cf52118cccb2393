"""What many items come to: requests of SubmitJob, one for an item or one for a run of them.

Source: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.client.definitions import JobDefinition
from batchyard.client.submitting import Submission, submission
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from batchyard.client.calls import Answer

FEWEST = 2
MOST = 10_000
"""Children of an array: arrayProperties.size of API_SubmitJob."""


class Saying(Submission, total=False):
    """What an item, or all of them, may say beside the definition: `Submission`, and these.

    Attributes:
        queue: the queue's name or ARN.
        container_overrides: AWS's containerOverrides; its environment may be a mapping.
    """

    queue: str | None
    container_overrides: Mapping[str, Any] | None


class Item(NamedTuple):
    """One thing to submit: its position, its definition, and what it says beside it."""

    position: int
    definition: JobDefinition
    options: Mapping[str, Any]


class Fold(NamedTuple):
    """How items become arrays.

    Attributes:
        field: the parameter that counts them.
        offset: the environment variable that holds an array's first number; None if the command
            knows none, so that every array begins at 0.
    """

    field: str
    offset: str | None = None


@dataclass(frozen=True)
class Order:
    """A request of SubmitJob, and the items that it is for.

    Attributes:
        items: one; or those of an array, by index.
        request: of SubmitJob.
        unique: whether no other job has its name.
    """

    items: tuple[Item, ...]
    request: dict[str, Any]
    unique: bool

    @property
    def name(self) -> str:
        """The job's name."""
        return str(self.request["jobName"])

    @property
    def queue(self) -> str:
        """The queue's name or ARN."""
        return str(self.request["jobQueue"])

    def job_id(self, index: int, response: Answer) -> str:
        """Tell the id of an item's job, which may be an array's child."""
        own = str(response["jobId"])
        return own if len(self.items) == 1 else f"{own}:{index}"


def items_of(given: Iterable[object], shared: Mapping[str, Any]) -> Iterator[Item]:
    """Number what was given, and let each item have what all share and it does not say itself.

    Raises:
        Refused: something is neither a definition nor a pair of one and its options.
    """
    for position, one in enumerate(given):
        definition, own = one if isinstance(one, tuple) and len(one) == 2 else (one, {})  # noqa: PLR2004 - a pair
        if not isinstance(definition, JobDefinition):
            raise Refused(
                f"item {position}, {one!r}, is no JobDefinition: give values of your subclass, "
                "or pairs of one and its options"
            )
        yield Item(position, definition, {**shared, **own})


def runs_of(items: Iterable[Item], fold: Fold, most: int = MOST) -> Iterator[tuple[Item, ...]]:
    """Put items together that follow each other, equal but for the next number in a field.

    Never more than one array's worth is held, and no run is given before the next may begin.

    Args:
        items: in their order.
        fold: which field, and what the command knows.
        most: the longest run.

    Raises:
        Refused: an item has no number there, or begins a run elsewhere than at 0 although the
            command knows no offset.
    """
    run: list[Item] = []
    for item in items:
        if run and len(run) < most and _continues(run[-1], item, fold.field):
            run.append(item)
            continue
        _check_begin(item, fold)
        if run:
            yield tuple(run)
        run = [item]
    if run:
        yield tuple(run)


def _continues(last: Item, item: Item, field: str) -> bool:
    return (
        _number(item, field) == _number(last, field) + 1
        and _rest(item, field) == _rest(last, field)
        and item.options == last.options
    )


def _rest(item: Item, field: str) -> tuple[object, ...]:
    """Tell a definition without its number."""
    others = {name: value for name, value in item.definition.parameters.items() if name != field}
    return type(item.definition), item.definition.revision, others


def _number(item: Item, field: str) -> int:
    number = item.definition.parameters.get(field)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise Refused(
            f"fold: item {item.position}, {item.definition!r}, needs a whole number from 0 in "
            f"{field!r}"
        )
    return number


def _check_begin(item: Item, fold: Fold) -> None:
    number = _number(item, fold.field)
    if taken := {"array_size", "name"} & {key for key, value in item.options.items() if value}:
        raise Refused(f"fold: item {item.position} cannot have {', '.join(sorted(taken))} as well")
    if number and fold.offset is None:
        raise Refused(
            f"fold: item {item.position}, {item.definition!r}, continues no array: it must come "
            f"after the item with {fold.field}={number - 1} and equal it otherwise, {MOST} at "
            "most. Or name in fold_offset a variable that the command adds to "
            "AWS_BATCH_JOB_ARRAY_INDEX"
        )


def request_of(items: tuple[Item, ...], fold: Fold | None) -> dict[str, Any]:
    """Form the request of SubmitJob for an item, or for a run of them.

    Raises:
        Refused: no queue is named, or `submission` refuses it.
    """
    options: Any = dict(items[0].options)
    queue, overrides = options.pop("queue", None), options.pop("container_overrides", None)
    if not queue:
        raise Refused(f"item {items[0].position} has no queue: name one for it, or for all")
    if len(items) >= FEWEST:
        options["array_size"] = len(items)
    request = submission(items[0].definition, queue, overrides, options)
    return request if fold is None else _folded(request, fold, items[0])


def _folded(request: dict[str, Any], fold: Fold, first: Item) -> dict[str, Any]:
    """Take the number out of the parameters; it reaches the command by the environment."""
    parameters = {
        name: text for name, text in request.get("parameters", {}).items() if name != fold.field
    }
    made = {**request, "parameters": parameters}
    if fold.offset is not None:
        offset = {"name": fold.offset, "value": str(_number(first, fold.field))}
        given = request.get("containerOverrides", {})
        made["containerOverrides"] = {
            **given,
            "environment": [*given.get("environment", ()), offset],
        }
    return made

"""Runs an array's failed children again, each under the index that it had.

AWS sets AWS_BATCH_JOB_ARRAY_INDEX, and lets nobody else set it (names that begin with AWS_BATCH are
reserved: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerOverrides.html). So the
failed children become a smaller array, whose command is wrapped: a shell looks up the old index in
a table, at the place of the new one, sets it as the variable, and becomes the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.client.names import stem, unique_name
from batchyard.client.sizes import OVERRIDES, length
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SHELL = ("/bin/sh", "-c")

LOOK_UP = """\
export AWS_BATCH_JOB_ARRAY_SIZE=$1 AWS_BATCH_JOB_ARRAY_INDEX=$(
at=${AWS_BATCH_JOB_ARRAY_INDEX:-0}
for part in $2; do
  first=${part%-*} last=${part#*-}
  if [ $at -le $((last - first)) ]; then echo $((first + at)); break; fi
  at=$((at - last + first - 1))
done)
shift 2
exec "$@\""""
"""Finds the old index. The table holds ranges, `3` or `10-19`, in the order of the new indices; a
subshell keeps the search out of the job's environment."""

NAME = "batchyard-array"
"""What the wrapping shell calls itself."""


class Wrapped(NamedTuple):
    """A command, and which of an array's indices it is to run under.

    Attributes:
        command: the job's own.
        size: how many children the array had.
        indices: the old index of each new one; None when they are the same.
    """

    command: tuple[str, ...]
    size: int
    indices: tuple[int, ...] | None = None


def wrapped(command: Sequence[str], size: int, indices: Sequence[int]) -> list[str]:
    """Wrap a command, to run under old indices.

    Args:
        command: the job's own.
        size: how many children the array had.
        indices: the old index of each new one, ascending.

    Raises:
        Refused: there is no command to wrap: it is the image's own, which only Batch can start.
    """
    if not command:
        raise Refused(
            "this array runs its image's own command, which cannot be given another index: "
            "submit it again as a whole, or register a definition with a command"
        )
    return [*SHELL, LOOK_UP, NAME, str(size), " ".join(ranges(indices)), *command]


def unwrapped(command: Sequence[str], size: int) -> Wrapped:
    """Take a command out of its wrapping, if it was resubmitted before.

    Args:
        command: as the job has it.
        size: how many children the job's array has; 1 for a single job.
    """
    head = (*SHELL, LOOK_UP, NAME)
    if tuple(command[: len(head)]) != head:
        return Wrapped(tuple(command), size)
    old_size, table, *own = command[len(head) :]
    return Wrapped(tuple(own), int(old_size), tuple(_indices(table)))


def ranges(indices: Iterable[int]) -> Iterator[str]:
    """Write ascending indices as ranges, `3` or `10-19`."""
    found: list[list[int]] = []
    for index in indices:
        if found and index == found[-1][1] + 1:
            found[-1][1] = index
        else:
            found.append([index, index])
    yield from (str(first) if first == last else f"{first}-{last}" for first, last in found)


def _indices(table: str) -> Iterator[int]:
    for part in table.split():
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def requests(
    parent: Mapping[str, Any], failed: Sequence[Mapping[str, Any]], base: Mapping[str, Any]
) -> list[Again]:
    """Form the requests of SubmitJob that run failed children again.

    If all failed, they run as they did. Else as one smaller array, or several where the table would
    be too long for AWS; a single child as a single job.

    Args:
        parent: AWS's JobDetail of the array.
        failed: those of the children, in the order of their indices.
        base: AWS's containerProperties of the definition that they ran.

    Raises:
        Refused: it is no array of containers, or its command cannot be wrapped.
    """
    container = failed[0].get("container")
    if container is None:
        raise Refused(f"{parent['jobId']} runs no single container: submit it again as a whole")
    size = int(parent["arrayProperties"]["size"])
    was = unwrapped(container.get("command") or (), size)
    new = [int(child["arrayProperties"]["index"]) for child in failed]
    old = [was.indices[index] if was.indices else index for index in new]
    again = _members(parent), _overrides(container, base)
    if len(new) == size:
        return [_formed(again, None, old)]
    empty = wrapped(was.command, was.size, ())
    room = OVERRIDES - RESERVE - length({**again[1], "command": empty})
    return [_formed(again, wrapped(was.command, was.size, part), part) for part in parts(old, room)]


class Again(NamedTuple):
    """A request that runs children again.

    Attributes:
        request: of SubmitJob.
        indices: under which indices of the first array.
    """

    request: dict[str, Any]
    indices: list[int]


RESERVE = 1024
"""Characters of the overrides that are left to Batch's own variables."""


def parts(indices: Sequence[int], room: int) -> Iterator[list[int]]:
    """Divide ascending indices, so that the table of each part has so many characters at most.

    Raises:
        Refused: there is no room for even one.
    """
    table: list[str] = []
    for one in ranges(indices):
        if table and len(" ".join([*table, one])) > room:
            yield list(_indices(" ".join(table)))
            table = []
        if len(one) > room:
            raise Refused("the command of this array is so long that it cannot be wrapped")
        table.append(one)
    yield list(_indices(" ".join(table)))


def _formed(
    again: tuple[dict[str, Any], dict[str, Any]], command: list[str] | None, indices: list[int]
) -> Again:
    members, overrides = again
    made = {**overrides, **({"command": command} if command else {})}
    request = {"jobName": unique_name(stem(members["jobName"]))}
    many = len(indices) > 1
    extra = {"arrayProperties": {"size": len(indices)} if many else {}, "containerOverrides": made}
    kept = {k: v for k, v in (members | extra).items() if v and (many or k != "dependsOn")}
    return Again({**kept, **request}, indices)


PLAIN = ("jobName", "jobQueue", "jobDefinition", "parameters", "timeout", "propagateTags")


def _members(parent: Mapping[str, Any]) -> dict[str, Any]:
    """Take from a job what its repetition has as well.

    Of its dependencies only the order among its children is left: the others have been met, or
    never will be.
    """
    retry = parent.get("retryStrategy") or {}
    sequential = [one for one in parent.get("dependsOn") or () if one.get("type") == "SEQUENTIAL"]
    share = parent.get("shareIdentifier")
    return {
        **{name: parent.get(name) for name in PLAIN},
        "retryStrategy": {name: value for name, value in retry.items() if value},
        "tags": {k: v for k, v in (parent.get("tags") or {}).items() if not k.startswith("aws:")},
        "dependsOn": [{"type": "SEQUENTIAL"}] if sequential else [],
        "shareIdentifier": share,
        "schedulingPriorityOverride": parent.get("schedulingPriority") if share else None,
    }


RESERVED = "AWS_BATCH"


def _overrides(container: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Find what a job's container has otherwise than its definition says."""
    differing = {
        name: [one for one in container.get(name) or () if one not in (base.get(name) or ())]
        for name in ("environment", "resourceRequirements")
    }
    differing["environment"] = [
        one for one in differing["environment"] if not one["name"].startswith(RESERVED)
    ]
    members = ("command", "vcpus", "memory")
    plain = {one: container.get(one) for one in members if container.get(one) != base.get(one)}
    return {name: value for name, value in (differing | plain).items() if value}

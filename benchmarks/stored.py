"""DescribeJobs and ListJobs with a million ended jobs stored, beside the same with a thousand.

All questions are put to a real server, one after the other on one connection, which is what a
client sees: the CPU of server and supervisor for a call, and how long its answer took. Each
DescribeJobs asks for a hundred: for ten sets over and over, as clients that wait do, and for other
ones each time, which with a thousand stored are in memory, and with a million must be read. Each
ListJobs gives a page of a hundred. Beside the time of the slowest stands the same server's echo,
``/_batchyard/health``. moto keeps jobs in memory and walks over all of them; it is given a
thousand and, as children of arrays, a hundred thousand: a million takes it too long.
"""

from __future__ import annotations

import random
import tempfile
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.gear import jobs
from benchmarks.gear.connections import Connection
from benchmarks.gear.endpoint import read
from benchmarks.gear.figures import Figure, duration, median, percentile, shown
from benchmarks.gear.moto import moto
from benchmarks.gear.stored import SELDOM, fill_ended
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.gear.connections import Answer
    from benchmarks.gear.endpoint import Endpoint
    from benchmarks.submit import Served

FEW, MANY = 1_000, 1_000_000
PAGE = 100
SETS = 10
DESCRIBED, READ = "DescribeJobs", "DescribeJobs of others each time"
CALLS = 300
THEIR_CALLS = 12
THEIR_ARRAYS, THEIR_ARRAY = 10, 10_000
TURNS = 3
FLAT = 1.5
"""Times what a call costs at a thousand that it may cost at a million: pages come from disk."""
SEED = 7
DEEPEST = 1000
"""The largest page (ListJobs in botocore's model): how one gets far down quickly."""
LISTED: dict[str, dict[str, object]] = {
    "by status": {"jobStatus": "SUCCEEDED"},
    "by JOB_NAME": {"filters": [{"name": "JOB_NAME", "values": [f"{jobs.NAME}-{FEW // 2}"]}]},
    "by JOB_NAME that all have": {"filters": [{"name": "JOB_NAME", "values": [f"{jobs.NAME}*"]}]},
    "by JOB_DEFINITION": {"filters": [{"name": "JOB_DEFINITION", "values": [jobs.NAME]}]},
    "by SHARE_IDENTIFIER of the oldest hundred": {
        "jobStatus": "SUCCEEDED",
        "filters": [{"name": "SHARE_IDENTIFIER", "values": [SELDOM]}],
    },
}
"""What is listed, besides pages that depend on what is stored."""


class Cost(NamedTuple):
    """Of a call: seconds of CPU, and of each answer the seconds it took."""

    cpu: float
    seconds: list[float]


def measure() -> list[Figure]:
    """Measure a peer, then two yards by turns."""
    theirs = _theirs()
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        few, many = Path(name) / "few", Path(name) / "many"
        ids = fill_ended(few, FEW), fill_ended(many, MANY)
        with Yard(few) as small, Yard(many) as large:
            asked = _requests(small.endpoint, ids[0]), _requests(large.endpoint, ids[1])
            costs = {claim: _by_turns((small, large), asked, claim) for claim in asked[0]}
            echo = _answered(large, [_echo(large.endpoint.port)]).seconds
            ready = small.ready_seconds, large.ready_seconds
    rows = [row for claim, cost in costs.items() for row in _rows(claim, *cost, echo)]
    return [*rows, *_beside(costs, theirs), _ready(*ready)]


def _rows(claim: str, few: Cost, many: Cost, echo: Sequence[float]) -> list[Figure]:
    growth, slowest = many.cpu / few.cpu, percentile(many.seconds, 99)
    beside, still = f"{duration(few.cpu)} with {FEW}", percentile(echo, 99)
    promised = ("", None) if claim == READ else (f"at most {FLAT:g}", growth <= FLAT)
    return [
        Figure(
            f"CPU of {claim}, {MANY} stored",
            duration(many.cpu),
            beside,
            shown(growth),
            *promised,
        ),
        Figure(
            "the same, p99 of the answers",
            duration(slowest),
            f"{duration(percentile(few.seconds, 99))} with {FEW}, {duration(still)} echo",
            shown(slowest / still),
        ),
    ]


def _beside(ours: Mapping[str, tuple[Cost, Cost]], theirs: Mapping[str, Cost]) -> list[Figure]:
    named = f"moto_server with {FEW + THEIR_ARRAYS * THEIR_ARRAY}"
    return [
        Figure(
            f"CPU of {claim}, {MANY} stored",
            duration(ours[claim][1].cpu),
            f"{duration(cost.cpu)} {named}",
            shown(cost.cpu / ours[claim][1].cpu),
        )
        for claim, cost in theirs.items()
    ]


def _ready(few: float, many: float) -> Figure:
    claim = f"batchyard serve, ready, {MANY} stored"
    return Figure(claim, duration(many), f"{duration(few)} with {FEW}", shown(many / few))


# -- what is asked ---------------------------------------------------------------------------


def _requests(endpoint: Endpoint, ids: Sequence[str]) -> dict[str, list[bytes]]:
    """Form the requests of each claim."""
    drawn = random.Random(SEED)  # noqa: S311 - the same draw in each run
    described = [jobs.describe(endpoint, drawn.sample(ids, PAGE)) for _ in range(CALLS)]
    asked = {f"ListJobs {claim}": [_list(endpoint, said)] for claim, said in LISTED.items()}
    again = {DESCRIBED: described[:SETS], READ: described}
    return {**again, **asked, **_deep(endpoint, len(ids) // 2)}


def _deep(endpoint: Endpoint, passed: int) -> dict[str, list[bytes]]:
    """Form requests for a page below so many jobs: by a token, and by the time of creation."""
    token: dict[str, str] = {}
    size = min(DEEPEST, passed)
    for _ in range(passed // size):
        page = read(_ask(endpoint, _list(endpoint, {**LISTED["by status"], **token}, size)))
        token = {"nextToken": page["nextToken"]}
    middle = str(page["jobSummaryList"][-1]["createdAt"])
    sides = ("BEFORE_CREATED_AT", "AFTER_CREATED_AT")
    times = {
        side: _list(endpoint, {"filters": [{"name": side, "values": [middle]}]}) for side in sides
    }
    deep = _list(endpoint, {**LISTED["by status"], **token})
    return {
        "ListJobs half-way down, by nextToken": [deep],
        **{f"ListJobs by {side}": [request] for side, request in times.items()},
    }


def _list(endpoint: Endpoint, said: Mapping[str, object], size: int = PAGE) -> bytes:
    return endpoint.request("ListJobs", {"jobQueue": jobs.NAME, "maxResults": size, **said})


def _ask(endpoint: Endpoint, request: bytes) -> Answer:
    (answer,) = endpoint.exchange([request], 1)
    return answer


def _echo(port: int) -> bytes:
    return f"GET /_batchyard/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


# -- what it costs ---------------------------------------------------------------------------


def _by_turns(
    yards: tuple[Yard, Yard], asked: tuple[Mapping[str, list[bytes]], ...], claim: str
) -> tuple[Cost, Cost]:
    turns = [
        [_answered(yard, of[claim]) for yard, of in zip(yards, asked, strict=True)]
        for _ in range(TURNS)
    ]
    few, many = (_median(each) for each in zip(*turns, strict=True))
    return few, many


def _median(turns: Sequence[Cost]) -> Cost:
    return Cost(median([turn.cpu for turn in turns]), [s for turn in turns for s in turn.seconds])


def _answered(served: Served, requests: Sequence[bytes], calls: int = CALLS) -> Cost:
    """Put requests one after the other, over and over; each is answered with something."""
    connection = Connection(served.endpoint.port)
    for request in requests[:SETS]:
        connection.ask(request)
    before = served.cpu()
    answers = [connection.ask(request) for request in islice(cycle(requests), calls)]
    spent = served.cpu() - before
    connection.close()
    for answer in answers:
        assert answer.status == 200, answer
    return Cost(spent / calls, [answer.seconds for answer in answers])


def _theirs() -> dict[str, Cost]:
    with moto() as peer:
        jobs.prepare_unmanaged(peer.endpoint)
        requests = jobs.submits(peer.endpoint, FEW, **jobs.EVERYDAY)
        ids = [jobs.id_of(answer) for answer in peer.endpoint.exchange(requests, 4)]
        arrays = {**jobs.EVERYDAY, "arrayProperties": {"size": THEIR_ARRAY}}
        peer.endpoint.exchange(jobs.submits(peer.endpoint, THEIR_ARRAYS, **arrays), 1)
        asked = {
            DESCRIBED: jobs.describe(peer.endpoint, ids[:PAGE]),
            "ListJobs by status": _list(peer.endpoint, LISTED["by status"]),
        }
        return {claim: _answered(peer, [each], THEIR_CALLS) for claim, each in asked.items()}

"""Events of a yard in a process of its own, to targets in others: through outages and kill -9."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import batchyard
from batchyard.polling.messages import changed
from tests.acceptance.yards import BATCHYARD, RunningYard, ended, register, submit, until
from tests.motos import KEYS, Moto
from tests.server.targets.told import Hook

LIFE = ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
VARIABLES = {name.upper(): value for name, value in KEYS.items()}


def states(events: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Of each job the statuses, in the order they came, an event that came again left out."""
    found = defaultdict(list)
    seen = set()
    for event in events:
        if event["id"] not in seen:
            found[event["detail"]["jobId"]].append(event["detail"]["status"])
        seen.add(event["id"])
    return dict(found)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_wait_with_events_is_served_by_a_yard_and_a_queue(tmp_path: Path) -> None:
    with Moto() as moto:
        url = moto.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        with RunningYard(tmp_path, "--events-to", f"sqs:{url}", **VARIABLES) as yard:
            batch = yard.client("batch")
            definition = register(batch, "true")
            ids = [
                batch.submit_job(jobName="j", jobQueue="default", jobDefinition=definition)["jobId"]
                for _ in range(5)
            ]
            outcomes = batchyard.wait(ids, client=batch, events=url, timeout=30)
            assert {each.status for each in outcomes} == {"SUCCEEDED"}
            late = submit(batch, "true")
            ended(batch, late)
            sqs, got = moto.client("sqs"), set[str]()

            def heard() -> bool:
                answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
                got.update(changed(each["Body"] for each in answer.get("Messages", ())))
                return late in got

            until(heard)


def test_nothing_is_lost_while_a_target_is_down_and_the_yard_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    with Hook() as hook:
        told = ("--events-to", hook.url, "--events-to", f"file:{file}")
        hook.down = True
        with RunningYard(tmp_path / "yard", *told) as yard:
            first = submit(yard.client("batch"), "true")
            ended(yard.client("batch"), first)
            until(lambda: hook.refused)
            yard.process.send_signal(signal.SIGKILL)
            yard.process.wait()
            hook.down = False
        assert hook.events == []
        _goes_on(RunningYard(tmp_path / "yard", *told), hook, file, first)


def _goes_on(started: RunningYard, hook: Hook, file: Path, first: str) -> None:
    with started as yard:
        batch = yard.client("batch")
        second = submit(batch, "true")
        ended(batch, second)
        until(lambda: states(hook.events) == {first: LIFE, second: LIFE})
        until(lambda: states(read(file)) == {first: LIFE, second: LIFE})
        (shown,) = batch.describe_jobs(jobs=[second])["jobs"]
        last = [e["detail"] for e in hook.events if e["detail"]["jobId"] == second][-1]
        assert {name: shown[name] for name in last} == last


def test_events_are_shown_and_followed(tmp_path: Path) -> None:
    with RunningYard(tmp_path) as yard:
        job = submit(yard.client("batch"), "true")
        ended(yard.client("batch"), job)
        words = [str(BATCHYARD), "events", "--endpoint", yard.url]
        env = yard.env()
        done = subprocess.run(
            [*words, "--json"], env=env, check=True, capture_output=True, text=True
        )
        assert states([json.loads(line) for line in done.stdout.splitlines()]) == {job: LIFE}
        with subprocess.Popen(
            [*words, "-f", "-n", "1", "-q", "default"], env=env, stdout=subprocess.PIPE, text=True
        ) as following:
            assert following.stdout is not None
            assert following.stdout.readline().split()[1:3] == ["SUCCEEDED", job]
            other = submit(yard.client("batch"), "false")
            lines = [following.stdout.readline().split()[1:3] for _ in range(4)]
            following.kill()
        assert lines == [[status, other] for status in (*LIFE[:3], "FAILED")]
        none = [*words, "-q", "elsewhere"]
        assert subprocess.run(none, env=env, check=True, capture_output=True).stdout == b""


def test_what_is_no_target_is_refused_in_a_line(tmp_path: Path) -> None:
    words = [str(BATCHYARD), "serve", "--data-dir", str(tmp_path), "--events-to", "q"]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "'q'" in done.stderr

"""A job on a yard: submitted, asked about, read, ended. One test per defect of older clients."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from batchyard import Failed, Job, JobDefinition, Limits, NotFound, Refused, Unfinished
from batchyard.client.logs import GROUP, Stream, events_of, last_events
from batchyard.testing import EphemeralYard
from tests.client.definitions import PATIENCE, Other, Script, printed, registered, run


@pytest.fixture(autouse=True, scope="module")
def definitions(here: EphemeralYard) -> None:
    registered(here)
    registered(here, retry=2)


def test_a_job_runs_and_is_told_from_its_submit_to_its_end(here: EphemeralYard) -> None:
    job = here.job(Script(script="echo $GREETING"))
    overrides = {"environment": {"GREETING": "hello"}}
    answer = job.submit("default", overrides, tags={"for": "test"})
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert (job.response, job.job_id, job.queue) == (answer, answer["jobId"], "default")
    assert (job.job_name, job.container_overrides) == (answer["jobName"], overrides)
    detail = job.wait(PATIENCE)
    assert (detail["status"], detail["tags"]) == ("SUCCEEDED", {"for": "test"})
    assert printed(job) == ["hello"]


def test_an_ended_job_answers_every_question_about_its_state(here: EphemeralYard) -> None:
    job = run(here, "true")
    job.wait(PATIENCE)
    asked = [
        job.is_submitted,
        job.is_pending,
        job.is_runnable,
        job.is_starting,
        job.is_running,
        job.is_failed,
    ]
    assert job.status() == "SUCCEEDED"
    assert [ask() for ask in asked] == [False] * 6
    assert [job.is_succeeded(), job.is_done()] == [True, True]


def test_a_failed_job_says_exit_code_reason_and_last_lines(here: EphemeralYard) -> None:
    job = run(here, "seq 20; exit 3", retry=1)
    with pytest.raises(Failed) as caught:
        job.wait(PATIENCE)
    error = caught.value
    assert (error.job_id, error.exit_code) == (job.job_id, 3)
    assert error.reason == "Essential container in task exited"
    assert error.lines == tuple(str(number) for number in range(11, 21))
    for told in (job.job_id, job.job_name, "exit code 3", error.reason, "\n  20"):
        assert str(told) in str(error)
    assert job.wait(0, check=False)["status"] == "FAILED"
    assert job.is_failed()


def test_every_attempt_and_its_log_can_be_read(here: EphemeralYard) -> None:
    job = run(here, "echo try $AWS_BATCH_JOB_ATTEMPT; exit 1")
    job.wait(PATIENCE, check=False)
    assert [one.exit_code for one in job.attempts()] == [1, 1]
    assert printed(job) == printed(job, attempt=2) == ["try 2"]
    assert printed(job, attempt=1) == ["try 1"]
    assert printed(job, all_attempts=True) == ["try 1", "try 2"]
    assert job.log_stream_name() == job.attempts()[1].log_stream_name
    assert job.log_stream_name(attempt=1) == job.attempts()[0].log_stream_name
    assert printed(job, attempt=3) == []
    with pytest.raises(Refused, match="counted from 1"):
        job.log_stream_name(attempt=0)


def test_all_pages_of_a_log_are_read(here: EphemeralYard) -> None:
    job = run(here, "seq 24000")
    job.wait(PATIENCE)
    events = job.log_stream_events()
    assert [event.message for event in events] == [str(number) for number in range(1, 24001)]
    assert all(0 < event.timestamp <= event.ingestion_time for event in events)


def test_a_log_that_is_not_there_yet_is_empty(here: EphemeralYard) -> None:
    first = run(here, "sleep 600")
    job = run(here, "true", depends_on=[first])
    assert job.log_stream_name() is None
    assert job.log_stream_events() == job.log_stream_events(all_attempts=True) == []
    first.terminate("enough")
    named = Stream(GROUP, "script/default/0")  # on AWS it is named before it is there
    assert [*events_of(here.client("logs"), named)] == []
    assert last_events(here.client("logs"), named, 10) == []


def test_a_job_waits_for_jobs_and_ids_and_is_pending_meanwhile(here: EphemeralYard) -> None:
    first, second = run(here, "sleep 600"), run(here, "true")
    third = run(here, "true", depends_on=[first, second.job_id, {"jobId": second.job_id}])
    assert third.is_pending()
    assert [one["jobId"] for one in third.describe()["dependsOn"]] == [
        first.job_id,
        second.job_id,
        second.job_id,
    ]
    first.terminate("enough")
    with pytest.raises(Failed, match="Dependent Job failed"):
        third.wait(PATIENCE)
    with pytest.raises(Refused, match="must be submitted first"):
        run(here, "true", depends_on=[here.job(Script())])


def test_a_pending_job_is_cancelled_and_a_running_one_only_terminated(here: EphemeralYard) -> None:
    first = run(here, "sleep 600", retry=1)
    second = run(here, "true", depends_on=[first])
    assert second.cancel("not needed")["ResponseMetadata"]["HTTPStatusCode"] == 200
    with pytest.raises(Failed, match="not needed"):
        second.wait(PATIENCE)
    assert first.terminate("enough")["ResponseMetadata"]["HTTPStatusCode"] == 200
    with pytest.raises(Failed, match="enough"):
        first.wait(PATIENCE)


def test_an_array_has_children_and_its_failure_names_one(here: EphemeralYard) -> None:
    job = run(here, "echo child $AWS_BATCH_JOB_ARRAY_INDEX; exit 4", array_size=2, retry=1)
    with pytest.raises(Failed, match=r"its child [01].*exit code 4") as caught:
        job.wait(PATIENCE)
    assert caught.value.job_id == job.job_id
    children = job.children()
    assert [one.job_id for one in children] == [f"{job.job_id}:0", f"{job.job_id}:1"]
    assert [printed(one) for one in children] == [["child 0"], ["child 1"]]
    assert children[0].children() == []


def test_retry_timeout_parameters_and_name_are_the_submits(here: EphemeralYard) -> None:
    more = {"script": "echo theirs", "count": 3, "nothing": None}
    job = run(here, "true", retry=5, timeout=77, parameters=more, name="mine")
    detail = job.describe()
    assert detail["retryStrategy"]["attempts"] == 5
    assert detail["timeout"] == {"attemptDurationSeconds": 77}
    assert detail["parameters"] == {"script": "echo theirs", "count": "3"}
    assert detail["jobName"] == job.job_name == "mine"


def test_without_a_revision_the_latest_active_one_runs(here: EphemeralYard) -> None:
    latest = Script.latest_revision(session=here.session)
    assert latest > 1
    assert run(here, "true").describe()["jobDefinition"].endswith(f"/script:{latest}")
    job = here.job(Script().at_revision("1"))
    job.submit("default")
    assert job.describe()["jobDefinition"].endswith("/script:1")


def test_what_is_registered_is_what_was_asked_for(here: EphemeralYard) -> None:
    answer = Script.register(
        image="busybox",
        command=["true"],
        vcpus=2,
        memory=64,
        environment={"A": "1"},
        timeout=90,
        tags={"a": "b"},
        job_role="arn:aws:iam::123456789012:role/job",
        container_properties={"user": "nobody", "memory": 32},
        retry={"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": "exit"}]},
        session=here.session,
    )
    found = here.client("batch").describe_job_definitions(
        jobDefinitions=[answer["jobDefinitionArn"]]
    )["jobDefinitions"][0]
    here.client("batch").deregister_job_definition(jobDefinition=answer["jobDefinitionArn"])
    container = found["containerProperties"]
    assert found["revision"] == answer["revision"]
    assert (found["parameters"], found["timeout"]) == (
        {"script": "true"},
        {"attemptDurationSeconds": 90},
    )
    assert container["environment"] == [{"name": "A", "value": "1"}]
    assert (container["user"], container["memory"]) == ("nobody", 32)
    assert {one["type"]: one["value"] for one in container["resourceRequirements"]} == {
        "VCPU": "2",
        "MEMORY": "64",
    }


def test_a_definition_that_nobody_registered_is_not_found(here: EphemeralYard) -> None:
    with pytest.raises(NotFound, match="other"):
        Other.latest_revision(session=here.session)


@pytest.mark.parametrize(
    "ask",
    [
        lambda job: job.status(),
        lambda job: job.wait(limits=Limits(unseen=0)),
        lambda job: job.cancel("x"),
        lambda job: job.terminate("x"),
        lambda job: job.log_stream_events(),
        lambda job: job.children(),
        lambda job: job.attempts(),
    ],
)
def test_an_unknown_job_is_not_found(here: EphemeralYard, ask: Callable[[Job], Any]) -> None:
    unknown = Job.attach("00000000-0000-4000-8000-000000000000", session=here.session)
    with pytest.raises(NotFound, match=r"no job 00000000"):
        ask(unknown)
    with pytest.raises(NotFound):
        Job.describe_job("nothing", session=here.session)


def test_a_known_job_is_attached_to_by_its_id(here: EphemeralYard) -> None:
    job = run(here, "echo hello")
    job.wait(PATIENCE)
    attached = Job.attach(str(job.job_id), session=here.session)
    assert printed(attached) == ["hello"]
    assert (attached.definition, attached.response, attached.queue) == (None, None, None)
    with pytest.raises(Refused, match="submitted already"):
        attached.submit("default")


def test_any_number_of_jobs_is_described_in_the_order_asked_for(here: EphemeralYard) -> None:
    array = run(here, "true", array_size=150)
    ids = [str(one.job_id) for one in array.children()]
    array.wait(PATIENCE)
    wanted = [*reversed(ids), "nothing", ids[0]]
    found = Job.describe_jobs(iter(wanted), session=here.session)
    assert [job["jobId"] for job in found] == ids[::-1]
    assert Job.describe_jobs([], session=here.session) == []
    with pytest.raises(Refused, match="give a list"):
        Job.describe_jobs(ids[0], session=here.session)


def test_the_order_asked_for_is_kept_whatever_the_services_is() -> None:
    meta = SimpleNamespace(service_model=SimpleNamespace(service_name="batch"))
    client = SimpleNamespace(
        meta=meta, describe_jobs=lambda jobs: {"jobs": [{"jobId": one} for one in sorted(jobs)]}
    )
    assert Job.describe_jobs(["b", "a"], client=client) == [{"jobId": "b"}, {"jobId": "a"}]


@pytest.mark.parametrize(
    "queue, options",
    [
        ("nowhere", {}),
        ("default", {"array_size": 1}),
        ("default", {"name": "no spaces"}),
        ("default", {"retry": 11}),
        ("default", {"depends_on": ["nothing"]}),
        ("default", {"size": 2}),
    ],
)
def test_what_the_service_does_not_take_is_refused(
    here: EphemeralYard, queue: str, options: dict[str, Any]
) -> None:
    job = here.job(Script())
    with pytest.raises(Refused):
        job.submit(queue, **options)
    assert job.job_id is None


def test_what_is_not_submitted_cannot_be_asked_about(here: EphemeralYard) -> None:
    job = here.job(Script())
    for ask in (job.status, job.wait, job.children, lambda: job.cancel("x")):
        with pytest.raises(Refused, match="call submit first"):
            ask()


def test_a_job_is_submitted_once(here: EphemeralYard) -> None:
    job = run(here, "true")
    with pytest.raises(Refused, match="submitted already"):
        job.submit("default")


def test_a_wait_ends_with_its_time_and_the_job_goes_on(here: EphemeralYard) -> None:
    job = run(here, "sleep 600")
    with pytest.raises(Unfinished, match="after 0 s"):
        job.wait(0)
    assert not job.is_done()
    job.terminate("enough")


def test_a_reason_that_cannot_be_is_refused_and_not_called_missing(here: EphemeralYard) -> None:
    job = run(here, "true")
    with pytest.raises(Refused, match="reason"):
        job.cancel("")


def test_validate_runs_when_a_job_is_made_and_its_error_goes_on(here: EphemeralYard) -> None:
    class Careful(JobDefinition):
        name = "careful"
        count: int = 1

        def validate(self) -> None:
            if self.count < 1:
                raise LookupError(f"count {self.count}")

    assert here.job(Careful()).definition == Careful()
    with pytest.raises(LookupError, match="count 0"):
        here.job(Careful(count=0))


def test_only_a_definition_can_be_made_a_job(here: EphemeralYard) -> None:
    wrong: Any = Script
    with pytest.raises(Refused, match="no JobDefinition"):
        here.job(wrong)

"""What an attempt is given.

The oracle: https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html and
https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html
"""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.batch import launching, lifecycle, reasons
from batchyard.batch.images import Image
from batchyard.batch.model import Attempt, Job
from tests.batch.jobs_given import spec

WORDS = st.sampled_from(["echo", "Ref::a", "Ref::b", "Ref::", "xRef::a", "ref::a", "Ref::a b", ""])
PARAMETERS = st.dictionaries(st.sampled_from(["a", "b", "a b"]), st.text(max_size=3))
NAMES = st.sampled_from(["PATH", "A", "AWS_BATCH_JOB_ID", "AWS_EXECUTION_ENV"])
VARIABLES = st.dictionaries(NAMES, st.text(max_size=3))


@given(st.lists(WORDS), PARAMETERS)
def test_a_word_that_refers_to_a_parameter_becomes_its_value(
    command: list[str], parameters: dict[str, str]
) -> None:
    values = {f"Ref::{name}": value for name, value in parameters.items()}
    expected = tuple(values.get(word, word) for word in command)
    assert launching.substituted(command, parameters) == expected


def attempted(tries: int, index: int | None, variables: dict[str, str]) -> Job:
    """A job, or a child of three, in its nth attempt."""
    given = spec(environment=variables, array_size=None if index is None else 3)
    job = lifecycle.submitted("j" if index is None else f"p:{index}", given, 0, index=index)
    return replace(job, attempts=tuple(Attempt(f"a{n}", f"x/e{n}", 1) for n in range(tries)))


@given(VARIABLES, VARIABLES, st.integers(1, 10))
def test_the_service_wins_over_the_job_and_the_job_over_the_machine(
    base: dict[str, str], own: dict[str, str], tries: int
) -> None:
    found = launching.environment_of(attempted(tries, None, own), base)
    service = {
        "AWS_BATCH_JOB_ID": "j",
        "AWS_BATCH_JOB_ATTEMPT": str(tries),
        "AWS_BATCH_JQ_NAME": "q",
        "AWS_BATCH_CE_NAME": f"e{tries - 1}",
        "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
    }
    for name in {*base, *own, *service, *found}:
        assert found.get(name) == service.get(name, own.get(name, base.get(name)))


@given(VARIABLES, VARIABLES)
def test_an_attempt_on_another_machine_is_not_told_where_things_are_on_this_one(
    passed_on: dict[str, str], own: dict[str, str]
) -> None:
    job = attempted(1, None, own)
    far = replace(job, attempts=(replace(job.attempts[0], worker_group="g"),))
    base = {**dict.fromkeys(launching.MACHINES_OWN, "here"), **passed_on}
    kept = {n: value for n, value in passed_on.items() if n not in launching.MACHINES_OWN}
    assert launching.environment_of(far, base) == launching.environment_of(job, kept)


def test_a_child_knows_its_index_and_the_size_of_its_array() -> None:
    found = launching.environment_of(attempted(1, 1, {}), {})
    assert found["AWS_BATCH_JOB_ARRAY_INDEX"] == "1"
    assert found["AWS_BATCH_JOB_ARRAY_SIZE"] == "3"
    assert found["AWS_BATCH_JOB_ID"] == "p:1"


@given(names=st.sets(st.sampled_from("ABCD")), given_anyway=st.sets(st.sampled_from("ABCD")))
def test_a_job_is_kept_back_exactly_by_the_secrets_nobody_gives(
    names: set[str], given_anyway: set[str]
) -> None:
    given = spec(secrets=tuple(sorted(names)))
    said = launching.obstacle(given, dict.fromkeys(given_anyway, "value"))
    missing = sorted(names - given_anyway)
    assert said == (reasons.no_secrets(missing) if missing else None)


@given(
    own=st.sampled_from([(), ("own",)]),
    entrypoint=st.sampled_from([(), ("entry",)]),
    command=st.sampled_from([(), ("command",)]),
)
def test_a_job_is_valid_exactly_when_it_or_its_image_says_what_to_run(
    own: tuple[str, ...], entrypoint: tuple[str, ...], command: tuple[str, ...]
) -> None:
    given = spec(command=own, image="lab/align:2")
    known = {"lab/align": Image(entrypoint, command)}
    assert launching.command_of(given, known) == (*entrypoint, *(own or command))
    assert (launching.invalid(given, known) is None) == bool(own or entrypoint or command)


@given(st.integers(0, 100))
def test_a_task_has_fifty_tags_at_most(count: int) -> None:
    """Over 50, "the job is moved to the FAILED state" (propagateTags in botocore's model)."""
    said = launching.invalid(spec(task_tags=count), {})
    assert said == (reasons.too_many_tags(count) if count > 50 else None)


def test_a_job_without_a_command_is_told_what_to_give_and_which_image_it_has() -> None:
    said = launching.invalid(spec(command=(), image="lab/align:2"), {"lab/other": Image(("x",))})
    assert said == reasons.no_command("lab/align:2")
    assert "--image-command" in said
    assert len(reasons.no_command("a" * 12)) < reasons.REASON_LENGTH

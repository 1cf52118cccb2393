"""Sensors and the lesser operators on a yard."""

import inspect
from datetime import timedelta
from typing import Any

import pytest
from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.sensors import batch as theirs

from batchyard.airflow.killing import TELLS_OF_KILLS
from batchyard.airflow.operators.batch import (
    BatchCreateComputeEnvironmentOperator,
    BatchRegisterJobDefinitionOperator,
    BatchTerminateJobOperator,
)
from batchyard.airflow.sensors import batch as ours
from batchyard.airflow.sensors.batch import (
    BatchComputeEnvironmentSensor,
    BatchJobQueueSensor,
    BatchSensor,
)
from tests.airflow.world import TaskInstance, World, context_of, run

SENSORS = ("BatchSensor", "BatchComputeEnvironmentSensor", "BatchJobQueueSensor")


@pytest.mark.parametrize("name", SENSORS)
def test_every_parameter_of_the_amazon_providers_sensors_is_here(name: str) -> None:
    def parameters(module: Any) -> set[str]:
        sensor = getattr(module, name)
        return {
            one for kind in sensor.__mro__ for one in inspect.signature(kind.__init__).parameters
        }

    assert parameters(theirs) <= parameters(ours)


@pytest.mark.parametrize("deferrable", [True, False])
def test_a_job_is_waited_for(world: World, *, deferrable: bool) -> None:
    given: dict[str, Any] = {
        "aws_conn_id": world.conn_id,
        "deferrable": deferrable,
        "poke_interval": 0.1,
    }
    good = BatchSensor(task_id="good", job_id=world.submitted("sleep 0.2"), **given)
    run(good, context_of(TaskInstance()))
    bad = BatchSensor(task_id="bad", job_id=world.submitted("echo alas; exit 4"), **given)
    with pytest.raises(AirflowException, match="exit code 4") as raised:
        run(bad, context_of(TaskInstance()))
    assert "alas" in str(raised.value)


@pytest.mark.parametrize("deferrable", [True, False])
def test_resources_are_waited_for(world: World, *, deferrable: bool) -> None:
    given: dict[str, Any] = {
        "aws_conn_id": world.conn_id,
        "deferrable": deferrable,
        "poke_interval": 0.1,
    }
    run(BatchJobQueueSensor(task_id="a", job_queue="default", **given), context_of(TaskInstance()))
    run(
        BatchComputeEnvironmentSensor(task_id="b", compute_environment="local", **given),
        context_of(TaskInstance()),
    )
    with pytest.raises(AirflowException, match="job queue none not found"):
        run(BatchJobQueueSensor(task_id="c", job_queue="none", **given), context_of(TaskInstance()))


def test_a_sensor_begins_in_the_triggerer_where_what_it_needs_can_be_rendered_there() -> None:
    plain = BatchSensor(task_id="plain", job_id="{{ params.job_id }}")
    assert plain.start_from_trigger is TELLS_OF_KILLS
    pulled = BatchSensor(task_id="pulled", job_id="{{ ti.xcom_pull('x') }}")
    assert pulled.start_from_trigger is False
    queue = BatchJobQueueSensor(task_id="queue", job_queue="prod")
    assert queue.start_from_trigger is TELLS_OF_KILLS
    assert BatchJobQueueSensor(task_id="t", job_queue="{{ q }}").start_from_trigger is False
    worker = BatchSensor(task_id="worker", job_id="id", start_from_trigger=False)
    assert worker.start_from_trigger is False
    assert BatchSensor(task_id="poke", job_id="id", deferrable=False).start_from_trigger is False


def test_what_a_sensor_begins_with_does_not_change_from_parse_to_parse() -> None:
    given: dict[str, Any] = {"job_id": "id", "max_retries": 10, "start_from_trigger": True}
    one, other = (BatchSensor(task_id="s", **given) for _ in range(2))
    assert one.start_trigger_args == other.start_trigger_args
    assert one.start_trigger_args.timeout == timedelta(seconds=300)


def test_a_definition_is_registered_once(world: World) -> None:
    properties = {
        "image": "busybox",
        "command": ["true"],
        "resourceRequirements": [
            {"type": "VCPU", "value": "1"},
            {"type": "MEMORY", "value": "64"},
        ],
    }

    def registered(**more: Any) -> str:
        operator = BatchRegisterJobDefinitionOperator(
            task_id="register",
            job_definition_name="made",
            definition={"containerProperties": {**properties, **more}},
            aws_conn_id=world.conn_id,
        )
        return operator.execute(context_of(TaskInstance()))

    one = registered()
    assert registered() == one
    assert registered(command=["false"]) != one


def test_jobs_are_terminated(world: World) -> None:
    ids = [world.submitted("sleep 60") for _ in range(2)]
    operator = BatchTerminateJobOperator(
        task_id="end", job_ids=[*ids, "none"], reason="enough", aws_conn_id=world.conn_id
    )
    operator.execute(context_of(TaskInstance()))
    assert [world.reached(one, "FAILED")["statusReason"] for one in ids] == ["enough"] * 2


@pytest.mark.parametrize("deferrable", [True, False])
def test_a_compute_environment_is_created(world: World, *, deferrable: bool) -> None:
    operator = BatchCreateComputeEnvironmentOperator(
        task_id="create",
        compute_environment_name=f"made-{deferrable}",
        environment_type="MANAGED",
        state="ENABLED",
        compute_resources={
            "type": "EC2",
            "minvCpus": 0,
            "maxvCpus": 2,
            "instanceTypes": ["optimal"],
            "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1"],
            "instanceRole": "role",
        },
        deferrable=deferrable,
        aws_conn_id=world.conn_id,
    )
    arn = run(operator, context_of(TaskInstance()))
    assert arn.endswith(f"compute-environment/made-{deferrable}")

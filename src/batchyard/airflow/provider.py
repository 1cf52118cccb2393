"""What Airflow is told of this package.

Source: https://airflow.apache.org/docs/apache-airflow-providers/howto/create-custom-providers.html
"""

from __future__ import annotations

from typing import Any

BATCH = "AWS Batch by batchyard"
HERE = "batchyard.airflow"


def get_provider_info() -> dict[str, Any]:
    """Describe the provider, in the form of Airflow's ``provider_info.schema.json``."""
    return {
        "package-name": "batchyard",
        "name": "batchyard",
        "description": "AWS Batch jobs from tasks that hold no slot while they wait.",
        "integrations": [
            {
                "integration-name": BATCH,
                "external-doc-url": "https://docs.aws.amazon.com/batch/",
                "tags": ["aws"],
            }
        ],
        "operators": _modules("operators.batch"),
        "sensors": _modules("sensors.batch"),
        "hooks": _modules("hooks.batch_client", "hooks.batch_waiters"),
        "triggers": _modules("triggers.batch", "triggers.resources"),
        "config": {"batchyard": {"description": "Of batchyard's operators.", "options": OPTIONS}},
    }


def _modules(*names: str) -> list[dict[str, Any]]:
    modules = [f"{HERE}.{name}" for name in names]
    return [{"integration-name": BATCH, "python-modules": modules}]


def _option(says: str, kind: str, default: str) -> dict[str, Any]:
    return {
        "description": says,
        "type": kind,
        "default": default,
        "example": None,
        "version_added": "0.1.0",
    }


OPTIONS = {
    "deferrable": _option(
        "Whether operators and sensors wait in the triggerer, unless they say otherwise.",
        "boolean",
        "True",
    ),
    "reattach": _option(
        "Whether a task that is tried again takes up the job that an earlier try has left alive.",
        "boolean",
        "True",
    ),
    "terminate_on_kill": _option(
        "Whether the job is terminated when its task is marked, cleared, deleted or timed out.",
        "boolean",
        "True",
    ),
    "earliest_event": _option(
        "Seconds after its deferral before which a task is not resumed: a scheduler that hears of "
        "the resumption first takes the task for killed, and fails it. More for a slow scheduler.",
        "float",
        "8.0",
    ),
    "deployment": _option(
        "The name of this Airflow. Airflows that share job queues, and have DAGs of the same name, "
        "must have different ones, lest they take up each other's jobs.",
        "string",
        "",
    ),
}
"""The section ``[batchyard]`` of Airflow's configuration."""

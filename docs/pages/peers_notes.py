"""What stands here for others' names, and what differs; `peers` holds it complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

AIRFLOW: Final = "batchyard.airflow"
HOOKS: Final = f"{AIRFLOW}.hooks"
CLIENT: Final = "batchyard.client"

CLASSES: Final[Mapping[str, str]] = {
    "AwsBatchClientHook": f"{HOOKS}.batch_client.BatchClientHook",
    "AwsBatchOperator": f"{AIRFLOW}.operators.batch.BatchOperator",
    "AwsBatchProtocol": f"{HOOKS}.batch_client.BatchProtocol",
    "AwsBatchWaitersHook": f"{HOOKS}.batch_waiters.BatchWaitersHook",
    "AwsLogUtil": f"{CLIENT}.jobs.Job",
    "BatchClientHook": f"{HOOKS}.batch_client.BatchClientHook",
    "BatchClientHookAsync": f"{HOOKS}.batch_client.BatchClientHookAsync",
    "BatchComputeEnvironmentSensor": f"{AIRFLOW}.sensors.batch.BatchComputeEnvironmentSensor",
    "BatchCreateComputeEnvironmentOperator": (
        f"{AIRFLOW}.operators.batch.BatchCreateComputeEnvironmentOperator"
    ),
    "BatchCreateComputeEnvironmentTrigger": (
        f"{AIRFLOW}.triggers.batch.BatchCreateComputeEnvironmentTrigger"
    ),
    "BatchJob": f"{CLIENT}.jobs.Job",
    "BatchJobDefinitionLink": f"{AIRFLOW}.links.batch.BatchJobDefinitionLink",
    "BatchJobDetailsLink": f"{AIRFLOW}.links.batch.BatchJobDetailsLink",
    "BatchJobNotFoundError": "batchyard.errors.NotFound",
    "BatchJobQueueLink": f"{AIRFLOW}.links.batch.BatchJobQueueLink",
    "BatchJobQueueSensor": f"{AIRFLOW}.sensors.batch.BatchJobQueueSensor",
    "BatchJobSubmissionError": "batchyard.errors.Refused",
    "BatchJobTrigger": f"{AIRFLOW}.triggers.batch.BatchJobTrigger",
    "BatchOperator": f"{AIRFLOW}.operators.batch.BatchOperator",
    "BatchOperatorAsync": f"{AIRFLOW}.operators.batch.BatchOperator",
    "BatchOperatorTrigger": f"{AIRFLOW}.triggers.batch.BatchJobTrigger",
    "BatchProtocol": f"{HOOKS}.batch_client.BatchProtocol",
    "BatchSensor": f"{AIRFLOW}.sensors.batch.BatchSensor",
    "BatchSensorAsync": f"{AIRFLOW}.sensors.batch.BatchSensor",
    "BatchWaitersHook": f"{HOOKS}.batch_waiters.BatchWaitersHook",
    "JobDefinition": f"{CLIENT}.definitions.JobDefinition",
    "LogEvent": f"{CLIENT}.logs.LogEvent",
    "S3Uri": f"{CLIENT}.s3.S3Uri",
    "s3_object_exists": f"{CLIENT}.s3.S3Uri.exists",
    "s3api_object_exists": f"{CLIENT}.s3.S3Uri.exists",
}
"""Our classes and functions, by the others' names."""

GONE: Final[Mapping[str, str]] = {
    "AwsBatchExecutor": "Nothing here: an executor runs Airflow's own tasks as Batch jobs.",
    "AwsResponse": "Nothing here: answers are the dictionaries that botocore gives.",
    "LogStreamNotFoundError": "Nothing here: a job that printed nothing has no events.",
    "S3ObjectNotFoundError": "Nothing here: `S3Uri.exists()` is True or False.",
    "SubmitJobResponse": "Nothing here: `Job.submit` raises when it fails; `Job.job_id`, "
    "`Job.job_name` and `Job.response` are there afterwards.",
    "s3api_head_object": "Nothing here: `S3Uri.exists()` asks; for more, ask S3 by boto3.",
}
"""Names that nothing stands for, and what to do."""

NOTES: Final[Mapping[str, str]] = {
    "AwsBatchClientHook": "Its classic name is there, too.",
    "AwsBatchOperator": "The class under its later name: change the name in the import.",
    "AwsBatchOperator.aws_conn_id=": "the same, among what every AWS operator takes",
    "AwsBatchOperator.overrides=": "`container_overrides=`",
    "AwsBatchOperator.region_name=": "the same, among what every AWS operator takes",
    "AwsBatchProtocol": "The Amazon provider's own class, under the name that it had.",
    "AwsBatchWaitersHook": "Its classic name is there, too.",
    "AwsLogUtil": "A job reads its own logs.",
    "AwsLogUtil.get_log_events": "`Job.log_stream_events()`: all pages, of any attempt; "
    "`follow_logs` for many jobs",
    "BatchClientHook": "Outside Airflow `batchyard.BatchClient` has the same methods.",
    "BatchClientHook.check_job_success": "the error has exit code, reason and last log lines",
    "BatchClientHook.get_job_all_awslogs_info": "every attempt's streams, none twice",
    "BatchClientHook.get_job_awslogs_info": "of several nodes the latest stream",
    "BatchClientHook.max_retries=": "a time: that in which the original asks so often, on average",
    "BatchClientHook.poll_for_job_complete": "by the watcher that all share: a hundred jobs a call",
    "BatchClientHook.poll_for_job_running": "by the watcher that all share: a hundred jobs a call",
    "BatchClientHook.poll_job_status": "ends when the job has ended in another state",
    "BatchClientHook.status_retries=": "a time, too: for how long a job may be unknown",
    "BatchClientHook.wait_for_job": "one delay instead of three",
    "BatchClientHookAsync": "Outside Airflow `batchyard.AsyncBatchClient` has the same methods.",
    "BatchClientHookAsync.monitor_job": "with waiters, too, the job's success is checked",
    "BatchClientHookAsync.waiters=": "they do not block the loop",
    "BatchCreateComputeEnvironmentOperator.deferrable=": "True by default",
    "BatchCreateComputeEnvironmentTrigger.hook": "gone: a trigger asks by its connection's session",
    "BatchJob": "`batchyard.aio.Job` is awaited.",
    "BatchJob.cancel": "an error of ours instead of an assertion",
    "BatchJob.definition=": "and where: `client`, `session`, `region`, `profile`, `endpoint`",
    "BatchJob.describe_job": "raises NotFound for a job that is not there",
    "BatchJob.describe_jobs": "any number, asked in hundreds",
    "BatchJob.log_stream_events": "all pages, whole; of any attempt",
    "BatchJob.log_stream_name": "of any attempt; None where there is none yet",
    "BatchJob.status": "raises NotFound instead of NOTFOUND",
    "BatchJob.submit": "takes all of SubmitJob; one that was lost on the way is not doubled",
    "BatchJob.terminate": "as `cancel`",
    "BatchJobNotFoundError": "One error for whatever is not there.",
    "BatchJobSubmissionError": "Refused by the service; `Unanswered` where nobody knows.",
    "BatchJobTrigger.hook": "gone: a trigger asks by its connection's session",
    "BatchJobTrigger.waiter_delay=": "seconds between two questions at most",
    "BatchJobTrigger.waiter_max_attempts=": "so often `waiter_delay`",
    "BatchOperator": "Holds no slot while it waits, unless `deferrable=False`.",
    "BatchOperator.awslogs_enabled=": "as they come, whole, every attempt and every child",
    "BatchOperator.awslogs_fetch_interval=": "taken, without effect",
    "BatchOperator.deferrable=": "True by default, or as `[batchyard] deferrable` says",
    "BatchOperator.execute_complete": "raises with reason, exit code and last lines",
    "BatchOperator.max_retries=": "None: as long as the job lives, or `execution_timeout`",
    "BatchOperator.monitor_job": "gone: `execute` waits, or defers",
    "BatchOperator.on_kill": "also while it is deferred",
    "BatchOperator.poll_interval=": "None: as the watcher sees fit",
    "BatchOperator.submit_job": "a later try takes the job of an earlier one up (`reattach=`)",
    "BatchOperator.wait_for_completion=": "False is heeded when deferrable, too",
    "BatchOperator.waiters=": "ignored when deferrable, as there",
    "BatchOperatorAsync": "Operators defer by default; the old name is not needed.",
    "BatchOperatorTrigger": "Under the Amazon provider's name.",
    "BatchOperatorTrigger.max_retries=": "`waiter_max_attempts=`",
    "BatchOperatorTrigger.waiters=": "gone: the trigger waits by the shared watcher",
    "BatchProtocol": "The Amazon provider's own class.",
    "BatchSensor": "Begins and ends in the triggerer where Airflow can.",
    "BatchSensor.deferrable=": "True by default, or as `[batchyard] deferrable` says",
    "BatchSensorAsync": "Sensors defer by default; the old name is not needed.",
    "BatchWaitersHook": "Outside Airflow `batchyard.BatchWaiters` has the same methods.",
    "BatchWaitersHook.get_waiter": "`config_overrides` works; acceptors are applied to each job",
    "BatchWaitersHook.wait_for_job": "asks at once, unless `delay` is given",
    "JobDefinition": "Fields with types instead of a constructor of your own.",
    "JobDefinition.name": "a class attribute instead of a property",
    "JobDefinition.parameters": "with their values",
    "JobDefinition.revision": "a number, or None for the latest one",
    "JobDefinition.validate": "need not be there",
    "LogEvent.record=": "`message=` and `timestamp=`",
    "S3Uri": "A text that is checked; equal to the text.",
    "S3Uri.add_suffix": "`S3Uri(uri + suffix)`: it is a text",
    "S3Uri.object_exists": "`exists()`, also of prefixes and buckets",
    "S3Uri.path=": "the first argument",
    "S3Uri.scheme": "always `s3`",
    "s3_object_exists": "A method of the URI.",
    "s3api_object_exists": "A method of the URI.",
}
"""What differs, by `Class` or `Class.member`; needed where the member has another name here."""

RUNNER: Final[Mapping[str, tuple[str, str]]] = {
    "--help": ("--help", ""),
    "--config": ("--config", ""),
    "--accessId": ("--accessId", "or `--access-id`; or where AWS's own tools find keys"),
    "--secretKey": ("--secretKey", "or `--secret-key`"),
    "--endpoint": ("--endpoint", "also `aws`; without it your yard if it runs, else AWS"),
    "--workerGroup": ("--workerGroup", "or `--worker-group`"),
    "--taskrunnerId": ("--taskrunnerId", "or `--taskrunner-id`; has a default"),
    "--output": ("--output", "in `PIPELINE/COMPONENT/INSTANCE/ATTEMPT/stdout`, as it comes"),
    "--region": ("--region", "your AWS configuration's, else us-east-1"),
    "--logUri": ("--logUri", "or `--log-uri`; every hour and at the end, too"),
    "--tasks": ("--tasks", "2 as well; two preconditions beside them"),
    "--proxyHost": ("--proxyHost", "or `--proxy-host`"),
    "--proxyPort": ("--proxyPort", "or `--proxy-port`"),
    "--proxyUsername": ("--proxyUsername", "or `--proxy-username`"),
    "--proxyPassword": ("--proxyPassword", "or `--proxy-password`"),
    "--proxyDomain": ("--proxyDomain", "refused: NTLM is not spoken"),
    "--proxyWorkstation": ("--proxyWorkstation", "refused: NTLM is not spoken"),
}
"""Options of AWS's Task Runner, ours, and what differs."""

RUNNER_FILE: Final = (
    ("`access-id`", "the same", "`--accessId` wins over it"),
    ("`private-key`", "the same", "`--secretKey` wins over it"),
)

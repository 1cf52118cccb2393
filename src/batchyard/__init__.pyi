from batchyard.client import aio as aio
from batchyard.client.aio_classic import AsyncBatchClient as AsyncBatchClient
from batchyard.client.attempts import Attempt as Attempt
from batchyard.client.classic import BatchClient as BatchClient
from batchyard.client.definitions import JobDefinition as JobDefinition
from batchyard.client.following import follow_logs as follow_logs
from batchyard.client.gathering import Outcome as Outcome
from batchyard.client.gathering import Outcomes as Outcomes
from batchyard.client.gathering import Progress as Progress
from batchyard.client.jobs import Job as Job
from batchyard.client.logs import LogEvent as LogEvent
from batchyard.client.many import submit_many as submit_many
from batchyard.client.metering import export_waits as export_waits
from batchyard.client.registering import latest_revision as latest_revision
from batchyard.client.registering import register as register
from batchyard.client.s3 import S3Uri as S3Uri
from batchyard.client.waiters import BatchWaiters as BatchWaiters
from batchyard.client.waits import as_completed as as_completed
from batchyard.client.waits import wait as wait
from batchyard.errors import BatchyardError as BatchyardError
from batchyard.errors import CallerError as CallerError
from batchyard.errors import Failed as Failed
from batchyard.errors import JobError as JobError
from batchyard.errors import NotFound as NotFound
from batchyard.errors import Refused as Refused
from batchyard.errors import RefusedCredentials as RefusedCredentials
from batchyard.errors import ServiceError as ServiceError
from batchyard.errors import Throttled as Throttled
from batchyard.errors import Unanswered as Unanswered
from batchyard.errors import Unfinished as Unfinished
from batchyard.errors import Unreachable as Unreachable
from batchyard.errors import Unsubmitted as Unsubmitted
from batchyard.polling.cadence import BackOff as BackOff
from batchyard.polling.cadence import Classic as Classic
from batchyard.polling.cadence import Fixed as Fixed
from batchyard.polling.news import Limits as Limits
from batchyard.polling.seen import Seen as Seen

__all__ = [
    "AsyncBatchClient",
    "Attempt",
    "BackOff",
    "BatchClient",
    "BatchWaiters",
    "BatchyardError",
    "CallerError",
    "Classic",
    "Failed",
    "Fixed",
    "Job",
    "JobDefinition",
    "JobError",
    "Limits",
    "LogEvent",
    "NotFound",
    "Outcome",
    "Outcomes",
    "Progress",
    "Refused",
    "RefusedCredentials",
    "S3Uri",
    "Seen",
    "ServiceError",
    "Throttled",
    "Unanswered",
    "Unfinished",
    "Unreachable",
    "Unsubmitted",
    "__version__",
    "aio",
    "as_completed",
    "export_waits",
    "follow_logs",
    "latest_revision",
    "register",
    "submit_many",
    "wait",
]

__version__: str

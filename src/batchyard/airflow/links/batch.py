"""Links to AWS's console: those of the Amazon provider, which keeps them.

Their names are here so that an import moves over like all others.
"""

from airflow.providers.amazon.aws.links.batch import (
    BatchJobDefinitionLink,
    BatchJobDetailsLink,
    BatchJobQueueLink,
)
from airflow.providers.amazon.aws.links.logs import CloudWatchEventsLink

__all__ = [
    "BatchJobDefinitionLink",
    "BatchJobDetailsLink",
    "BatchJobQueueLink",
    "CloudWatchEventsLink",
]

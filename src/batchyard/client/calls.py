"""Calls of AWS through botocore, whose errors become ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from batchyard import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.client.sessions import Client

Answer: TypeAlias = dict[str, Any]
"""What a service answered, by AWS's own names."""

UNKNOWN = frozenset(
    {
        "404",
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "NoSuchKey",
        "NotFound",
        "PipelineDeletedException",
        "PipelineNotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "TaskNotFoundException",
    }
)
"""Error codes of what is not there: the models of CloudWatch Logs, Data Pipeline, EventBridge and
SQS, S3's API reference; a HEAD of S3 has no body, and botocore takes its status for the code."""

FOREIGN = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Error codes of credentials: https://docs.aws.amazon.com/batch/latest/APIReference/CommonErrors.html
and .../AmazonS3/latest/API/ErrorResponses.html"""

HASTE = frozenset(
    {
        "RequestThrottled",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Error codes of throttling, of those in botocore.retries.standard.ThrottledRetryableChecker that
the services called here use."""

TOO_MANY = 429
BROKEN = 500

BLAME: tuple[tuple[type[errors.BatchyardError], frozenset[str]], ...] = (
    (
        errors.RefusedCredentials,
        frozenset(
            {
                "CredentialRetrievalError",
                "NoAuthTokenError",
                "NoCredentialsError",
                "PartialCredentialsError",
                "SSOError",
                "TokenRetrievalError",
            }
        ),
    ),
    (errors.Unreachable, frozenset({"ConnectionError", "HTTPClientError"})),
    (errors.Refused, frozenset({"BotoCoreError"})),
)
"""Whose fault botocore's own errors are, by the name of their class or of one above it."""


def call(client: Client, operation: str, **members: object) -> Answer:
    """Call a service.

    Args:
        client: a botocore client, such as boto3's.
        operation: its method.
        **members: the request, by AWS's names.

    Raises:
        CallerError: the request, what it names, or the credentials are wrong.
        ServiceError: the service failed, asks for patience, or cannot be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: Answer = getattr(client, operation)(**members)
    except ClientError as error:
        raise answered(dict(error.response), operation) from error
    except BotoCoreError as error:
        raise blamed(error, operation) from error
    return answer


def every(client: Client, operation: str, member: str, **request: object) -> Iterator[Answer]:
    """Give what a service lists, page after page.

    Args:
        client: a botocore client.
        operation: its method.
        member: that of the answer which holds the list.
        **request: by AWS's names.

    Raises:
        BatchyardError: as `call`, with any page.
    """
    wanted: dict[str, Any] = dict(request)
    while True:
        page = call(client, operation, **wanted)
        yield from page[member]
        if not page.get("nextToken"):
            return
        wanted["nextToken"] = page["nextToken"]


def answered(response: Answer, operation: str) -> errors.BatchyardError:
    """Make our error of one that a service answered."""
    said = response.get("Error", {})
    code, status = said.get("Code", ""), status_of(response)
    text = f"{operation}: {said.get('Message') or 'no reason given'} ({code or status})"
    if status == TOO_MANY or code in HASTE:
        return errors.Throttled(text)
    if code in FOREIGN or status in {401, 403}:
        return errors.RefusedCredentials(text)
    if code in UNKNOWN:
        return errors.NotFound(text)
    return errors.ServiceError(text) if status >= BROKEN else errors.Refused(text)


def status_of(response: Answer) -> int:
    """Read the HTTP status of an answer; 0 when there was none, as of a stub."""
    status: int = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status


def blamed(error: Exception, what: str) -> errors.BatchyardError:
    """Make our error of one of botocore's own, by the class that it is made from."""
    names = {kind.__name__ for kind in type(error).__mro__}
    ours = next((ours for ours, theirs in BLAME if names & theirs), errors.Refused)
    return ours(f"{what}: {error}")

"""Faults, as clients of AWS's services that are not the yard's read them.

The protocols differ; which one a client speaks is seen from its request. Sources:
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and, for the others,
https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

import msgspec

from batchyard.wire import Response
from batchyard.wire.sigv4_canonical import S3

if TYPE_CHECKING:
    from batchyard.errors import Fault
    from batchyard.wire import Request

S3_CODES: Final = {
    "AccessDeniedException": "AccessDenied",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "RequestExpired": "AccessDenied",
    "UnrecognizedClientException": "InvalidAccessKeyId",
}
"""What S3 calls what the others call otherwise."""

EC2: Final = "ec2"
FORM: Final = "application/x-www-form-urlencoded"


def worded(fault: Fault, request: Request, service: str, request_id: str) -> Response:
    """Form the answer to a request that is refused.

    Args:
        fault: why.
        request: what was asked.
        service: of whom, by the signing name.
        request_id: names the request.
    """
    if service in S3:
        code = S3_CODES.get(fault.code, fault.code)
        return _xml(fault.status, _error(code, fault.message, request_id), request_id)
    if not request.headers.get("content-type", "").startswith(FORM):
        return _json(fault, request_id)
    error = _error(fault.code, fault.message)
    named = f"<RequestId>{request_id}</RequestId>"
    if service == EC2:
        named = f"<RequestID>{request_id}</RequestID>"
        return _xml(
            fault.status, f"<Response><Errors>{error}</Errors>{named}</Response>", request_id
        )
    return _xml(fault.status, f"<ErrorResponse>{error}{named}</ErrorResponse>", request_id)


def _error(code: str, message: str, request_id: str = "") -> str:
    named = f"<RequestId>{request_id}</RequestId>" if request_id else ""
    return f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>{named}</Error>"


def _xml(status: int, content: str, request_id: str) -> Response:
    headers = (("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id))
    return Response(status, headers, f'<?xml version="1.0" encoding="UTF-8"?>{content}'.encode())


def _json(fault: Fault, request_id: str) -> Response:
    headers = (
        ("Content-Type", "application/json"),
        ("x-amzn-ErrorType", fault.code),
        ("x-amzn-RequestId", request_id),
    )
    content = {"__type": fault.code, "message": fault.message, "Message": fault.message}
    return Response(fault.status, headers, msgspec.json.encode(content))

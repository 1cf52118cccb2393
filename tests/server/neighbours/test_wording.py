"""Refusals as the clients of each protocol read them: botocore's own parsers are the oracle."""

from typing import Any

import pytest
from botocore.parsers import create_parser
from botocore.session import Session

from batchyard.errors import Fault
from batchyard.server.neighbours.wording import FORM, S3_CODES, worded
from batchyard.wire import Request

FAULT = Fault("InvalidSignatureException", "It is <not> & 'yours'", 403)
ASKED = {
    "ec2": ("ec2", FORM),
    "query": ("sns", FORM),
    "json": ("secretsmanager", "application/x-amz-json-1.1"),
    "rest-json": ("lambda", ""),
    "rest-xml": ("s3", ""),
}


def read(protocol: str, service: str, content_type: str) -> dict[str, Any]:
    request = Request("POST", "/", "", {"content-type": content_type}, b"")
    response = worded(FAULT, request, service, "the-id")
    parser: Any = create_parser(protocol)
    model = Session().get_service_model(service)
    shape = model.operation_model(model.operation_names[0]).output_shape
    answer = {
        "headers": {name.lower(): value for name, value in response.headers},
        "status_code": response.status,
        "body": response.body,
        "context": {},
    }
    parsed: dict[str, Any] = parser.parse(answer, shape)
    return parsed


@pytest.mark.parametrize("protocol", ASKED)
def test_a_client_reads_code_sentence_and_id_of_a_refusal(protocol: str) -> None:
    service, content_type = ASKED[protocol]
    parsed = read(protocol, service, content_type)
    code = S3_CODES[FAULT.code] if service == "s3" else FAULT.code
    assert parsed["Error"]["Code"] == code
    assert parsed["Error"]["Message"] == FAULT.message
    assert parsed["ResponseMetadata"]["RequestId"] == "the-id"
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == 403

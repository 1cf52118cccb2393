"""An AWS endpoint on this machine, ours or a peer's: signed requests as bytes, and calls."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from batchyard.wire.sigv4 import sign
from benchmarks.gear.connections import Answer, Connection, exchange


class Endpoint(NamedTuple):
    """Where a service is asked, and with which key."""

    port: int
    access_key: str = "benchmark"
    secret: str = "benchmark"  # noqa: S105 - a peer believes anything
    region: str = "us-east-1"

    def request(self, operation: str, params: object) -> bytes:
        """Form a whole signed request to Batch; it is good for fifteen minutes.

        Args:
            operation: e.g. ``SubmitJob``; all of Batch's are a POST to its name in small letters.
            params: its parameters.
        """
        kind = {"content-type": "application/json"}
        return self._signed("batch", f"/v1/{operation.lower()}", kind, params)

    def logs_request(self, operation: str, params: object) -> bytes:
        """Form a whole signed request to CloudWatch Logs.

        Args:
            operation: e.g. ``GetLogEvents``.
            params: its parameters.
        """
        return self._targeted("logs", f"Logs_20140328.{operation}", params)

    def pipelines_request(self, operation: str, params: object) -> bytes:
        """Form a whole signed request to AWS Data Pipeline.

        Args:
            operation: e.g. ``PollForTask``.
            params: its parameters.
        """
        return self._targeted("datapipeline", f"DataPipeline.{operation}", params)

    def sqs_request(self, operation: str, params: object) -> bytes:
        """Form a whole signed request to SQS.

        Args:
            operation: e.g. ``GetQueueUrl``.
            params: its parameters.
        """
        return self._targeted("sqs", f"AmazonSQS.{operation}", params)

    def s3_request(self, method: str, path: str, body: bytes = b"") -> bytes:
        """Form a whole signed request to S3.

        Args:
            method: e.g. ``PUT``.
            path: bucket and key, e.g. ``/bucket/key``.
            body: the object.
        """
        headers = {"x-amz-content-sha256": sha256(body).hexdigest()}
        return self._signed("s3", path, headers, body, method)

    def _targeted(self, service: str, target: str, params: object) -> bytes:
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
        return self._signed(service, "/", headers, params)

    def _signed(
        self,
        service: str,
        path: str,
        headers: dict[str, str],
        params: object,
        method: str = "POST",
    ) -> bytes:
        body = params if isinstance(params, bytes) else msgspec.json.encode(params)
        signed = sign(
            method,
            f"http://127.0.0.1:{self.port}{path}",
            {**headers, "content-length": str(len(body))},
            body,
            access_key=self.access_key,
            secret=self.secret,
            region=self.region,
            service=service,
            now=time.time_ns() // 1_000_000,
        )
        lines = [
            f"{method} {path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in signed.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def call(self, operation: str, params: object) -> Any:  # noqa: ANN401 - JSON
        """Ask Batch once, and read the answer."""
        return self._asked(self.request(operation, params))

    def pipelines_call(self, operation: str, params: object) -> Any:  # noqa: ANN401 - JSON
        """Ask AWS Data Pipeline once, and read the answer."""
        return self._asked(self.pipelines_request(operation, params))

    def _asked(self, request: bytes) -> Any:  # noqa: ANN401 - JSON
        connection = Connection(self.port)
        try:
            return read(connection.ask(request))
        finally:
            connection.close()

    def exchange(self, requests: list[bytes], width: int) -> list[Answer]:
        """Put requests, so many at a time; each must be answered well."""
        answers = exchange(self.port, requests, width)
        assert len(answers) == len(requests)
        for answer in answers:
            assert answer.status == 200, answer
        return answers


def read(answer: Answer) -> Any:  # noqa: ANN401 - JSON
    """Read a good answer."""
    assert answer.status == 200, answer
    return msgspec.json.decode(answer.body)

"""HTTP requests to calls, and answers and faults to HTTP responses, by botocore's models.

One generic set of modules serves every service that speaks rest-json or JSON 1.1: a
:class:`Service` is made from a ``service-2`` model, handed in as a dictionary. Nothing here reads a
file, a clock or a socket::

    service = Service(model)
    call = service.decode(Request("POST", "/v1/submitjob", "", headers, body))
    call.operation                                  # "SubmitJob"
    call.params.job_name                            # a generated struct, already validated
    answer = service.types.SubmitJobResponse(job_name="a", job_id="…")
    service.encode(call.operation, answer, "request-id")     # a Response

The way through: ``routing`` names the operation, ``operation`` collects its input, ``shapes``
generates the structs it is decoded to, ``constraints`` holds the model's limits, ``refusals`` finds
the words when one is broken.
"""

from batchyard.wire.messages import Call, Request, Response
from batchyard.wire.service import Service

__all__ = ["Call", "Request", "Response", "Service"]

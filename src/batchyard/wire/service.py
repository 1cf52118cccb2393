"""One AWS service: requests in, calls out; answers and faults in, responses out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from batchyard.errors import Fault
from batchyard.wire.messages import Call, Request, Response
from batchyard.wire.operation import NOTHING, NOTHING_AT_ALL, Operation
from batchyard.wire.refusals import Refusals, quoted
from batchyard.wire.routing import Labels, PathRoutes, Routes, TargetRoutes
from batchyard.wire.shapes import Shapes

# What services call a request that breaks their model, the most specific first.
_INVALID = ("ClientException", "InvalidParameterException", "InvalidRequestException")
# What they call it when they have failed themselves.
_FAILURES = ("ServerException", "InternalServiceError")
# A DecodeError is a ValueError too, but not in msgspec up to 0.20.
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)
_JSON = frozenset({"application/json", "application/x-amz-json-1.0", "application/x-amz-json-1.1"})


class Types:
    """The generated structs of a service as attributes: ``service.types.JobDetail``."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any type
        """The type of the shape of this name."""
        try:
            found = self.__dict__[name] = self._shapes.of(name)
        except KeyError:
            raise AttributeError(f"the model has no shape {name!r}") from None
        return found


class Service:
    """An AWS service by botocore's model of it.

    Making one is cheap: structs and decoders are generated when an operation is first asked for.

    Args:
        model: the content of botocore's ``service-2.json``.
        invalid: the error code of a request that breaks the model; unless said, the one that the
            model declares for it.
        loose_enums: the names of enums whose values requests may give in any case.
        also: a further target prefix that JSON 1.1 requests may carry.
        namespace: what stands before the codes of the model's errors, in JSON 1.1.

    Attributes:
        name: the service's name in a credential scope: ``batch``, ``logs``, ``datapipeline``.
        operations: the names of all operations that are served.
        unsupported: the names of those that are not, because they are no plain JSON.
        types: the generated structs by the names of their shapes.
        invalid: the error code of a request that breaks the model.
        failure: the error code that says that the service itself has failed.

    Raises:
        ValueError: the service speaks neither rest-json nor JSON.
    """

    def __init__(
        self,
        model: Mapping[str, Any],
        *,
        invalid: str | None = None,
        loose_enums: frozenset[str] = frozenset(),
        also: str | None = None,
        namespace: str = "",
    ) -> None:
        model = {**model, "shapes": {NOTHING: NOTHING_AT_ALL, **model["shapes"]}}
        metadata, definitions = model["metadata"], model["operations"]
        inputs = [one["input"]["shape"] for one in definitions.values() if "input" in one]
        self._shapes = Shapes(model["shapes"], inputs, loose_enums)
        known = {name: Operation(one, self._shapes) for name, one in definitions.items()}
        self.name: str = metadata.get("signingName", metadata["endpointPrefix"])
        self.operations = tuple(name for name, one in known.items() if one.servable)
        self.unsupported = tuple(name for name, one in known.items() if not one.servable)
        self.types = Types(self._shapes)
        self.invalid = invalid or _declared(model["shapes"])
        self.failure = next((code for code in _FAILURES if code in model["shapes"]), _FAILURES[0])
        self._namespace = namespace
        self._declared = frozenset(n for n, one in model["shapes"].items() if "exception" in one)
        self._known = known
        self._is_rest = _protocol(metadata) == "rest-json"
        self._content_type = _content_type(metadata, is_rest=self._is_rest)
        self._routes = self._routed(model, also)
        self._refusals = Refusals(model, self._shapes)
        self._encoder = msgspec.json.Encoder()

    def _routed(self, model: Mapping[str, Any], also: str | None) -> Routes:
        if self._is_rest:
            return PathRoutes({name: model["operations"][name] for name in self.operations})
        prefixes = filter(None, (model["metadata"]["targetPrefix"], also))
        return TargetRoutes(tuple(prefixes), self.operations, self.unsupported)

    def type(self, shape: str) -> Any:  # noqa: ANN401 - any type
        """The type of a shape: the generated class of a structure, an annotation for the rest.

        Raises:
            KeyError: the model has no such shape.
        """
        return self._shapes.of(shape)

    def decode(self, request: Request) -> Call:
        """Name the operation of a request, and decode and validate its input.

        Raises:
            Fault: the request names no operation, is no JSON or breaks the model. Nothing else is
                raised, whatever the request holds.
        """
        name, labels = self._routes.find(request)
        if request.body:
            _require_json(request.headers)
        operation = self._known[name]
        try:
            return Call(name, operation.read(request, labels))
        except msgspec.ValidationError as error:
            raise self._refusal(operation, request, labels, error) from None
        except _UNREADABLE as error:
            raise self._malformed(error) from None

    def _refusal(
        self, operation: Operation, request: Request, labels: Labels, error: Exception
    ) -> Fault:
        try:
            document = operation.document(request, labels)
            words = self._refusals.word(operation.input, document, str(error))
        except msgspec.ValidationError:  # a number that no type can hold
            words = str(error)
        except _UNREADABLE as malformed:
            return self._malformed(malformed)
        return Fault(self.invalid, words)

    def _malformed(self, error: Exception) -> Fault:
        code = self.invalid if self._is_rest else "SerializationException"
        return Fault(code, f"The request is not readable as JSON in UTF-8: {error}")

    def encode(
        self, operation: str, answer: msgspec.Struct | None, request_id: str = ""
    ) -> Response:
        """Encode the answer of an operation; members may be ``msgspec.Raw``, JSON already.

        Args:
            operation: AWS's name of the operation.
            answer: its output struct; None for one that says nothing.
            request_id: the id that the response carries.
        """
        if answer is not None:
            body = self._encoder.encode(answer)
        else:
            body = b"{}" if self._known[operation].output else b""
        return Response(200, self._headers(request_id), body)

    def fault(self, fault: Fault, request_id: str) -> Response:
        """Encode a fault as the service's protocol does, so that clients raise its typed exception.

        Args:
            fault: the error code, message and HTTP status.
            request_id: the id that the response carries.
        """
        # A message may quote what no JSON can hold: a path that is not UTF-8.
        message = fault.message.encode("utf-8", "backslashreplace").decode()
        headers = self._headers(request_id)
        if self._is_rest:
            body = {"message": message}
            headers = (*headers, ("x-amzn-ErrorType", fault.code))
        else:
            known = fault.code in self._declared
            body = {
                "__type": f"{self._namespace if known else ''}{fault.code}",
                "message": message,
            }
        return Response(fault.status, headers, self._encoder.encode(body))

    def _headers(self, request_id: str) -> tuple[tuple[str, str], ...]:
        return ("Content-Type", self._content_type), ("x-amzn-RequestId", request_id)


def _protocol(metadata: Mapping[str, Any]) -> str:
    for protocol in metadata.get("protocols", [metadata["protocol"]]):
        if protocol in {"rest-json", "json"}:
            return str(protocol)
    raise ValueError(f"{metadata['endpointPrefix']} speaks {metadata['protocol']}, not JSON")


def _content_type(metadata: Mapping[str, Any], *, is_rest: bool) -> str:
    return "application/json" if is_rest else f"application/x-amz-json-{metadata['jsonVersion']}"


def _declared(shapes: Mapping[str, Any]) -> str:
    """The error code that a model declares for a request that breaks it."""
    return next((code for code in _INVALID if code in shapes), "ValidationException")


def _require_json(headers: Mapping[str, str]) -> None:
    """Refuse a body that says it is something else than JSON.

    Raises:
        Fault: UnsupportedMediaTypeException, as Smithy's restJson1 has it.
    """
    given = headers.get("content-type", "application/json")
    if given not in _JSON and given.partition(";")[0].strip().lower() not in _JSON:
        expected = "application/json or application/x-amz-json-1.1"
        message = f"The body's Content-Type is {quoted(given)}; send JSON as {expected}"
        raise Fault("UnsupportedMediaTypeException", message, 415)

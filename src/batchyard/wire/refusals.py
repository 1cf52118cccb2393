"""Words for a request that breaks the model: which field, which value, what is allowed.

Decoding is fast and says little; a refusal may take its time. Enums and limits (of which botocore
knows few) are worded as AWS's services word them, missing members and wrong types by botocore's own
ParamValidator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from batchyard.wire.constraints import broken
from batchyard.wire.shapes import Shapes

# A refused value may be megabytes long; this much of it tells which one it is.
_LONGEST_VALUE = 256
_LONGEST_MESSAGE = 2048
_MOST_ERRORS = 10


class Refusals:
    """Finds the words for what is wrong with an input.

    Args:
        model: the service's model.
        shapes: the shapes of the same model.
    """

    def __init__(self, model: Mapping[str, Any], shapes: Shapes) -> None:
        self._model = model
        self._shapes = shapes

    def word(self, shape: str, document: object, otherwise: str) -> str:
        """Say what is wrong with an input.

        Args:
            shape: the name of the input's shape.
            document: the input as its JSON says.
            otherwise: the decoder's own words, for what neither the validator nor the model's
                constraints explain.
        """
        known = self._known(shape, document)
        if not isinstance(known, dict):
            return f"The input must be a JSON object, not {quoted(document)}"
        text = _joined(self._broken(shape, known, "")) or self._validated(shape, known) or otherwise
        return shortened(text, _LONGEST_MESSAGE)

    @cached_property
    def _botocore(self) -> Any:  # noqa: ANN401 - of a library that is imported late
        from botocore.model import ServiceModel

        return ServiceModel(self._model)

    def _validated(self, shape: str, document: Mapping[str, Any]) -> str:
        from botocore.validate import ParamValidator

        try:
            report = ParamValidator().validate(document, self._botocore.shape_for(shape))
        except (ArithmeticError, RuntimeError, ValueError):  # it tries to convert timestamps
            return ""
        return str(report.generate_report()).replace("\n", "; ")

    def _known(self, name: str, value: object) -> object:
        """What the model knows of a value: null is the same as absent, unknown members are not."""
        shape = self._shapes.definitions[name]
        if shape["type"] == "structure" and isinstance(value, dict):
            members = shape["members"].items()
            given = [(key, ref) for key, ref in members if value.get(key) is not None]
            return {key: self._known(ref["shape"], value[key]) for key, ref in given}
        if shape["type"] == "list" and isinstance(value, list):
            return [self._known(shape["member"]["shape"], item) for item in value]
        if shape["type"] == "map" and isinstance(value, dict):
            return {key: self._known(shape["value"]["shape"], of) for key, of in value.items()}
        return value

    def _broken(self, name: str, value: object, path: str) -> Iterator[str]:
        """Each broken constraint, worded as AWS's services do."""
        shape = self._shapes.definitions[name]
        words = broken(shape, value, any_case=name in self._shapes.loose_enums)
        if words is not None:
            yield f"Value {quoted(value)} at '{path}' failed to satisfy constraint: {words}"
        for part, inner, at in self._inner(shape, value, path):
            yield from self._broken(part, inner, at)

    def _inner(
        self, shape: Mapping[str, Any], value: object, path: str
    ) -> Iterator[tuple[str, object, str]]:
        """The parts of a value: the name of its shape, the part, and where it stands."""
        if shape["type"] == "structure" and isinstance(value, dict):
            for key, inner in value.items():
                yield shape["members"][key]["shape"], inner, f"{path}.{key}" if path else key
        elif shape["type"] == "list" and isinstance(value, list):
            for index, inner in enumerate(value):
                yield shape["member"]["shape"], inner, f"{path}[{index}]"
        elif shape["type"] == "map" and isinstance(value, dict):
            for key, inner in value.items():
                yield shape["key"]["shape"], key, f"{path} (key)"
                yield shape["value"]["shape"], inner, f"{path}.{key}"


def quoted(value: object) -> str:
    """A value between quotes, shortened, as AWS's messages carry it."""
    return f"'{shortened(str(value), _LONGEST_VALUE)}'"


def shortened(text: str, longest: int) -> str:
    """A text of at most so many characters, with an ellipsis where it was cut."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _joined(errors: Iterator[str]) -> str:
    found = [error for error, _ in zip(errors, range(_MOST_ERRORS), strict=False)]
    plural = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {plural} detected: {'; '.join(found)}" if found else ""

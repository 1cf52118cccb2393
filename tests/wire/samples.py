"""Values made by a model, for asking and for answering: every member filled, every limit kept."""

import re
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from batchyard.server.models import load

Json = Any
SERVICES = ("batch", "logs", "datapipeline")
MODELS = {name: load(name) for name in SERVICES}
# Some of these match any pattern that the three models hold and Python can read.
TEXTS = (
    "name",
    "12",
    "1.0",
    "123456789012",
    "https://a.com",
    "vpce-0a",
    "s3://bucket/key",
    "arn:aws:kms:us-east-1:1:key/a",
)
NUMBERS: Mapping[str, Any] = {"double": 1.5, "float": 1.5, "timestamp": 1_700_000_000}
MORE_THAN_ANY = 2**31 - 1


def sample(  # noqa: PLR0911 - one for each type
    shapes: Mapping[str, Any], name: str, above: tuple[str, ...] = ()
) -> Json:
    """A value of a shape, with every member that does not lead back to a shape above it."""
    shape = shapes[name]
    match shape["type"]:
        case "structure":
            return structure(shapes, name, (*above, name))
        case "list":
            item = shape["member"]["shape"]
            if item in above:
                return []
            return [sample(shapes, item, above)] * shape.get("min", 1)
        case "map":
            key, value = (sample(shapes, shape[part]["shape"], above) for part in ("key", "value"))
            return {key: value}
        case "string":
            return text(shape)
        case "boolean":
            return False
        case "blob":
            return b"\x00blob"
    return NUMBERS.get(shape["type"], shape.get("min", 0) + 1 if shape.get("max") != 1 else 1)


def structure(shapes: Mapping[str, Any], name: str, above: tuple[str, ...]) -> dict[str, Any]:
    members = {
        member: located(shapes, ref) or sample(shapes, ref["shape"], above)
        for member, ref in shapes[name]["members"].items()
        if ref["shape"] not in above
    }
    return dict([*members.items()][:1]) if shapes[name].get("union") else members


def located(shapes: Mapping[str, Any], member: Mapping[str, Any]) -> Json:
    """A value for a member outside the body, where every odd character must survive."""
    if "location" not in member:
        return None
    odd = ["arn:aws:batch:us-east-1:123456789012:job-queue/a b%2F?&é+", "a&b=c", "%25 +"]
    return odd[1:] if shapes[member["shape"]]["type"] == "list" else odd[0]


def text(shape: Mapping[str, Any]) -> str:
    if "enum" in shape:
        return str(shape["enum"][-1])
    low, high = shape.get("min", 0), shape.get("max", MORE_THAN_ANY)
    texts = (*TEXTS, "a" * low)
    return next(t for t in texts if low <= len(t) <= high and matches(shape.get("pattern"), t))


def matches(pattern: str | None, value: str) -> bool:
    """Whether a value is of a pattern; one that Python cannot read matches anything."""
    try:
        return pattern is None or re.fullmatch(pattern, value) is not None
    except re.error:
        return True


def values(  # noqa: PLR0911 - one for each type
    shapes: Mapping[str, Any], name: str
) -> st.SearchStrategy[Any]:
    """All values of a shape, as Hypothesis sees them: any subset of what is optional."""
    shape = shapes[name]
    low, high = shape.get("min", 0), shape.get("max")
    match shape["type"]:
        case "structure":
            required = shape.get("required", ())
            members = {m: values(shapes, ref["shape"]) for m, ref in shape["members"].items()}
            return st.fixed_dictionaries(
                {m: of for m, of in members.items() if m in required},
                optional={m: of for m, of in members.items() if m not in required},
            )
        case "list":
            items = values(shapes, shape["member"]["shape"])
            return st.lists(items, min_size=low, max_size=max(low, 2))
        case "map":
            keys, of = (values(shapes, shape[part]["shape"]) for part in ("key", "value"))
            return st.dictionaries(keys, of, max_size=2)
        case "string" if "enum" in shape:
            return st.sampled_from(shape["enum"])
        case "string":
            return st.text(min_size=low, max_size=min(high or 8, max(low, 8)))
        case "boolean":
            return st.booleans()
        case "integer" | "long":
            return st.integers(shape.get("min", -(2**31)), shape.get("max", 2**31 - 1))
    return st.floats(allow_nan=False, allow_infinity=False)

"""How jobs, resources and pipelines are written down: MessagePack, member by name.

A job is kept in two parts: its spec, written once and shared by the children of an array, and
everything else, written anew at each change. What a later version adds must have a default, and
what it drops is passed over: bytes written by every earlier version stay readable
(tests/store/test_codec.py holds some of each).
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from batchyard.batch.model import Job, Spec
from batchyard.batch.resources import Resource
from batchyard.pipelines.instances import Instance
from batchyard.pipelines.pipeline import Pipeline
from batchyard.pipelines.tasks import Taken
from batchyard.store.rows import KINDS, Glance

if TYPE_CHECKING:
    from collections.abc import Callable

_FIELDS: Final = tuple(each for each in msgspec.structs.fields(Job) if each.name != "spec")
_SPEC_AT: Final = Job.__struct_fields__.index("spec")


def _member(field: msgspec.structs.FieldInfo) -> tuple[str, type] | tuple[str, type, Any]:
    """Describe a member of a struct as ``defstruct`` takes it."""
    if field.required:
        return field.name, field.type
    if field.default is not msgspec.NODEFAULT:
        return field.name, field.type, field.default
    return field.name, field.type, msgspec.field(default_factory=field.default_factory)


# Job without its spec, made of Job itself so that a new member is kept without a word here.
_Kept: Final = msgspec.defstruct("Kept", map(_member, _FIELDS), frozen=True, omit_defaults=True)
_job: Final[Callable[..., Job]] = Job
_members: Final[Callable[[Any], tuple[Any, ...]]] = attrgetter(*(each.name for each in _FIELDS))
_encode: Final = msgspec.msgpack.Encoder().encode
_kept: Final = msgspec.msgpack.Decoder(_Kept).decode
_glance: Final = msgspec.msgpack.Decoder(Glance).decode
_spec: Final = msgspec.msgpack.Decoder(Spec).decode
_pipeline: Final = msgspec.msgpack.Decoder(Pipeline).decode
_instance: Final = msgspec.msgpack.Decoder(Instance).decode
_taken: Final = msgspec.msgpack.Decoder(Taken).decode
_RESOURCES: Final[dict[str, msgspec.msgpack.Decoder[Resource]]] = {
    kind: msgspec.msgpack.Decoder(resource) for resource, kind in KINDS.items()
}


def encode_job(job: Job) -> bytes:
    """Write down a job without its spec."""
    return _encode(_Kept(*_members(job)))


def decode_job(body: bytes, spec: Spec) -> Job:
    """Read a job again, and give it its spec."""
    members = _members(_kept(body))
    return _job(*members[:_SPEC_AT], spec, *members[_SPEC_AT:])


def decode_glance(body: bytes) -> Glance:
    """Read of a job what lists show."""
    return _glance(body)


def encode_spec(spec: Spec) -> bytes:
    """Write down what was submitted."""
    return _encode(spec)


def decode_spec(body: bytes) -> Spec:
    """Read what was submitted."""
    return _spec(body)


def encode_resource(resource: Resource) -> bytes:
    """Write down a resource."""
    return _encode(resource)


def decode_resource(kind: str, body: bytes) -> Resource:
    """Read a resource of a kind (as in its ARN) again."""
    return _RESOURCES[kind].decode(body)


def encode_pipeline(pipeline: Pipeline) -> bytes:
    """Write down a pipeline with its definitions."""
    return _encode(pipeline)


def decode_pipeline(body: bytes) -> Pipeline:
    """Read a pipeline again."""
    return _pipeline(body)


def encode_instance(instance: Instance) -> bytes:
    """Write down an instance of a pipeline."""
    return _encode(instance)


def decode_instance(body: bytes) -> Instance:
    """Read an instance again."""
    return _instance(body)


def encode_taken(taken: Taken) -> bytes:
    """Write down who holds a task, or held it."""
    return _encode(taken)


def decode_taken(body: bytes) -> Taken:
    """Read who holds a task, or held it."""
    return _taken(body)

"""Job definitions as classes: a subclass's typed fields are the job's parameters."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, dataclass_transform

from batchyard.client.fields import bound, fields_of, text_of
from batchyard.client.names import check_name, unique_name
from batchyard.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Unpack

    from batchyard.client.calls import Answer
    from batchyard.client.registering import Registration
    from batchyard.client.sessions import Connection


@dataclass_transform(kw_only_default=True, frozen_default=True)
class JobDefinition:
    """What a job is: the name of a registered definition, and typed parameters for it.

    ::

        class Align(JobDefinition):
            name = "align"
            reads: S3Uri
            threads: int = 4

        Align(reads="s3://lab/reads.fq").at_revision(6)

    A definition is a value: frozen, equal to another with the same parameters and revision. Its
    latest active revision is meant until `at_revision` says otherwise.

    Attributes:
        name: the registered definition's.

    Raises:
        Refused: a parameter is unknown, missing or of a wrong type, or the name is not valid.
    """

    name: ClassVar[str]

    def __init__(self, **parameters: Any) -> None:  # noqa: ANN401 - each is checked by its field
        kind: type = type(self)
        values = bound(kind.__qualname__, fields_of(kind, JobDefinition), parameters)
        self.__dict__.update(values, _parameters=values, _revision=None)
        reference(self)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters by name, as they were typed; a copy."""
        found: dict[str, Any] = self.__dict__["_parameters"]
        return dict(found)

    @property
    def revision(self) -> int | None:
        """The revision that is meant; None for the latest active one."""
        found: int | None = self.__dict__["_revision"]
        return found

    def validate(self) -> None:
        """Refuse what cannot work, e.g. input that is not there; does nothing unless overridden.

        It is called when a `Job` is made, before anything is submitted; what it raises goes on.
        """

    def at_revision(self, revision: str | int | None) -> Self:
        """Give this definition at another revision; this one stays as it is.

        Args:
            revision: a number from 1, also as text; None for the latest active one.

        Raises:
            Refused: it is no such number.
        """
        number = None if revision is None else _number(revision)
        made = copy(self)
        made.__dict__["_revision"] = number
        return made

    def make_job_name(self, moment: datetime | None = None) -> str:
        """Make a job name that no other job has; see `unique_name`.

        Args:
            moment: the time it shows; now when not given.
        """
        return unique_name(self.name, moment)

    def to_dict(self) -> dict[str, str]:
        """Write the parameters as AWS takes them: as texts, those that are None left out.

        Raises:
            Refused: there is no text for a value.
        """
        given = self.parameters
        return {name: text_of(value) for name, value in given.items() if value is not None}

    @classmethod
    def register(cls, **registration: Unpack[Registration]) -> Answer:
        """Register the next revision of this definition; see `batchyard.register`."""
        from batchyard.client.registering import register

        return register(cls, **registration)

    @classmethod
    def latest_revision(cls, **connection: Unpack[Connection]) -> int:
        """Ask for the latest active revision; see `batchyard.latest_revision`."""
        from batchyard.client.registering import latest_revision

        return latest_revision(cls, **connection)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise Refused(f"{type(self).__qualname__} is a value, make another: {name} stays")

    def __delattr__(self, name: str) -> NoReturn:
        raise Refused(f"{type(self).__qualname__} is a value, make another: {name} stays")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), self.revision, *self.to_dict().items()))

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        at = "" if self.revision is None else f".at_revision({self.revision})"
        return f"{type(self).__qualname__}({given}){at}"


def _number(revision: str | int) -> int:
    text = str(revision)
    if isinstance(revision, bool) or not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise Refused(f"revision {revision!r}: give a number from 1, or None for the latest active")
    return int(text)


def name_of(definition: JobDefinition | type[JobDefinition]) -> str:
    """Name the registered definition that a class, or a value of it, stands for.

    Raises:
        Refused: it has no name, or one that AWS Batch does not take.
    """
    kind = definition if isinstance(definition, type) else type(definition)
    name = getattr(definition, "name", None)
    if name is None:
        raise Refused(f'{kind.__qualname__} has no name: write `name = "..."` into the class')
    check_name(f"{kind.__qualname__}.name", name)
    return str(name)


def reference(definition: JobDefinition) -> str:
    """Name a definition as SubmitJob takes it: with its revision, or without for the latest one."""
    name = name_of(definition)
    return name if definition.revision is None else f"{name}:{definition.revision}"

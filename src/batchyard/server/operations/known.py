"""Structs of answers under older botocore models, which lack members that AWS has added since."""

from __future__ import annotations

from typing import Any

import msgspec


def known(shape: type[msgspec.Struct], **members: object) -> Any:  # noqa: ANN401 - a generated struct
    """Form a struct; a member that the installed botocore does not know yet is left out.

    Args:
        shape: the struct.
        **members: what it is to hold.
    """
    names = shape.__struct_fields__
    return shape(**{name: value for name, value in members.items() if name in names})

"""From AWS's camelCase to Python's snake_case, by the rules that every botocore user knows."""

from __future__ import annotations

import keyword
import re

# The rules of botocore.xform_name, in its order: a trailing plural of an acronym ("logGroupARNs"),
# the start of a word, the end of a word.
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s$")
_WORD_STARTS = re.compile(r"(.)([A-Z][a-z]+)")
_WORD_ENDS = re.compile(r"([a-z0-9])([A-Z])")


def snake_case(name: str) -> str:
    """Turn a name of AWS's into the name of a Python field.

    Args:
        name: a member's name in the model, e.g. ``jobName`` or ``maxvCpus``.

    Returns:
        What ``botocore.xform_name`` returns (``job_name``, ``maxv_cpus``), with an underscore
        after it when it is a keyword of Python's.
    """
    if "_" in name:
        words = name
    else:
        words = _PLURAL_ACRONYM.sub(lambda plural: f"_{plural[0].lower()}", name)
        words = _WORD_STARTS.sub(r"\1_\2", words)
        words = _WORD_ENDS.sub(r"\1_\2", words).lower()
    return f"{words}_" if keyword.iskeyword(words) else words

"""The ids of pipelines, ``df-0937003356ZJEXAMPLE``.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_CreatePipeline.html
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LENGTH: Final = 20
"""Letters after ``df-``, as in AWS's examples."""


def pipeline_id(new: str) -> str:
    """Form a pipeline's id.

    Args:
        new: a text that was never used before, such as a UUID's.
    """
    rest, letters = int.from_bytes(sha256(new.encode()).digest(), "big"), ""
    for _ in range(LENGTH):
        rest, letter = divmod(rest, len(LETTERS))
        letters += LETTERS[letter]
    return f"df-{letters}"

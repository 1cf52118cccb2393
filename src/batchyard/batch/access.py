"""What leads an attempt's own clients of AWS to the yard, and when it is left out.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

REGIONS: Final = frozenset(("AWS_REGION", "AWS_DEFAULT_REGION"))
"""boto3 reads the second, other SDKs the first."""

WAYS: Final = frozenset(
    (
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
        *("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL"),
        *("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
        *("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    )
)
"""Each is a way to AWS of an attempt's own: half of another way beside it would lead nowhere."""


def fitting(offered: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Choose what an attempt is given of what its yard offers.

    Args:
        offered: variables that lead to the yard.
        own: what it has anyway, of its definition or of the yard's environment (``--pass-env``).

    Returns:
        Nothing that it has; no region where it has one; and nothing of ``AWS_…`` else where it has
        a way of its own.
    """
    names = {name for name in offered if name not in own}
    if not own.keys().isdisjoint(REGIONS):
        names -= REGIONS
    if not own.keys().isdisjoint(WAYS):
        names = {name for name in names if name in REGIONS or not name.startswith("AWS_")}
    return {name: text for name, text in offered.items() if name in names}

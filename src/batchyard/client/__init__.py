"""The client: typed job definitions and jobs, on AWS and on a yard alike.

Importing it, or any name of it, loads neither botocore nor msgspec: they come with the first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchyard.client import aio

__all__ = ["aio"]


def __getattr__(name: str) -> object:
    """Load the asynchronous twin when it is asked for: asyncio is not for everybody."""
    if name in __all__:
        return import_module(f"batchyard.client.{name}")
    raise AttributeError(f"module 'batchyard.client' has no attribute {name!r}")

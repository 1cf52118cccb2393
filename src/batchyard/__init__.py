"""batchyard: run AWS Batch jobs on your own machine, and wait for thousands of them, anywhere.

The public names of the client, and nothing else. They are loaded on first use (PEP 562), so that
importing one part of batchyard never loads another.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchyard.errors import BatchyardError as BatchyardError

    __version__: str

_EXPORTS: dict[str, str] = {
    "BatchyardError": "batchyard.errors",
}
"""Each public name and the module that defines it."""

__all__ = ["BatchyardError", "__version__"]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("batchyard")
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'batchyard' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

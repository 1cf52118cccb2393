"""A Python that runs one program after another, in what the ones before it left: `reader` asks it.

Each line of its input is a program with the world that it runs in; its output goes to a file, and
its exit code to the descriptor that is this program's argument.
"""

import ast
import asyncio
import inspect
import json
import os
import sys
import traceback
from typing import Any

import pytest

FIXTURE_MAKER = pytest
"""Loaded, so that `batchyard.testing` makes its fixture."""


def run(asked: dict[str, Any], names: dict[str, Any]) -> int:
    """Run a program; give the exit code that Python would have."""
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    with open(asked["out"], "w") as out:  # noqa: PTH123 - a descriptor to put in another's place
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    try:
        code = compile(asked["code"], asked["page"], "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        made = eval(code, names)  # noqa: S307 - the page's own program
        if inspect.iscoroutine(made):
            asyncio.run(made)
    except BaseException:  # noqa: BLE001 - as at Python's own prompt
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
    return 0


def main() -> None:
    """Run whatever is asked, until nobody asks."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with os.fdopen(int(sys.argv[1]), "w") as answers:
        for line in sys.stdin:
            print(run(json.loads(line), names), file=answers, flush=True)


if __name__ == "__main__":
    main()

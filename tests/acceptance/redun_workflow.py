"""A workflow as people write them for redun's AWS Batch executor; the tests copy it away."""

import os
import time
from pathlib import Path

from redun import task

redun_namespace = "yard"


@task(executor="batch")
def add(one: int, other: int) -> int:
    """Add in a Batch job."""
    return one + other


@task(executor="batch")
def square(number: int) -> list[str]:
    """Square in a Batch job; tell which child it was."""
    return [str(number * number), os.environ["AWS_BATCH_JOB_ARRAY_INDEX"]]


@task(executor="batch", script=True)
def shout(word: str) -> str:
    """Shout in a Batch job that knows nothing of Python."""
    return f"echo {word} | tr a-z A-Z"


@task(executor="batch")
def fail(word: str) -> None:
    """Fail in a Batch job, after saying so."""
    print("about to fail")  # noqa: T201 - into the job's log
    raise ValueError(f"no {word} here")


@task(executor="batch", script=True)
def fail_script(word: str) -> str:
    """Fail in a shell."""
    return f"echo no {word} there >&2; exit 4"


@task(executor="batch")
def patient(mark: str) -> str:
    """Run until a file is there."""
    while not Path(mark).exists():
        time.sleep(0.05)
    return "waited"


@task()
def everything() -> list[object]:
    """Give a Python task, a script task, and tasks that become an array."""
    return [add(1, 2), shout("hello"), [square(number) for number in range(3)]]

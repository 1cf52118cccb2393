"""A program with batchyard's own client and a yard inside it; prints what its job printed.

It runs in an environment that holds the oldest libraries that batchyard allows.
"""

from batchyard import Failed, JobDefinition
from batchyard.testing import yard

SCRIPT = 'echo "Hello, $0"; exit "$1"'


class Greet(JobDefinition):
    """Greets somebody, and ends as it is told."""

    name = "greet"
    who: str
    code: int = 0


def main() -> None:
    """Run an array that succeeds and a job that fails."""
    with yard() as here:
        command = ["sh", "-c", SCRIPT, "Ref::who", "Ref::code"]
        Greet.register(image="busybox", command=command, session=here.session)
        array = here.job(Greet(who="reader"))
        array.submit(queue="default", array_size=2)
        array.wait(timeout=60)
        failing = here.job(Greet(who="writer", code=3))
        failing.submit(queue="default")
        try:
            failing.wait(timeout=60)
        except Failed as error:
            print(error.exit_code)  # noqa: T201 - this is what the program is for
        for job in (*array.children(), failing):
            for event in job.log_stream_events():
                print(event.message)  # noqa: T201 - as above
        groups = here.client("logs").describe_log_groups()["logGroups"]
        print(*(group["logGroupName"] for group in groups))  # noqa: T201 - as above


if __name__ == "__main__":
    main()

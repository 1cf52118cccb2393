"""A program with one mistake on each line that says so; type checkers find every one."""

import batchyard
from batchyard import Job, JobDefinition


class Align(JobDefinition):
    """Two parameters, one with a default."""

    name = "align"
    reads: str
    threads: int = 4


Align()  # WRONG: reads is missing
Align("reads.fq")  # WRONG: parameters have names
Align(reads="reads.fq", threads="four")  # WRONG: a number
definition = Align(reads="reads.fq")
definition.threads = 8  # WRONG: a definition is frozen
job = Job(definition)
job.submit(queue=4)  # WRONG: a queue has a name
job.submit(queue="prod", aray_size=2)  # WRONG: no such option
code: str = job.wait(timeout=60)  # WRONG: nothing to keep, or not a text
batchyard.wait([job], timeout="60")  # WRONG: seconds are a number
print(batchyard.no_such_name)  # noqa: T201 - stands for any use # WRONG: no such name

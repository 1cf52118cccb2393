"""A yard of one's own process needs nothing of what a yard on a socket is served with."""

import subprocess
import sys

SERVED_WITH = ("httptools", "jinja2", "lark", "starlette", "uvicorn", "uvloop")


def test_a_yard_in_a_process_answers_without_what_serves_one_on_a_socket() -> None:
    script = f"""
import sys
sys.modules.update(dict.fromkeys({SERVED_WITH!r}))  # importing one raises, as if it were not there
from batchyard.testing import yard
with yard() as here:
    (queue,) = here.client("batch").describe_job_queues()["jobQueues"]
    print(queue["jobQueueName"], here.client("datapipeline").list_pipelines()["pipelineIdList"])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stdout == "default []\n", done.stderr

"""Run the supervisor: ``python -m batchyard.launchers.supervisor``, as `program` describes."""

import sys

from batchyard.launchers.supervisor.program import main

main(sys.argv[1:])

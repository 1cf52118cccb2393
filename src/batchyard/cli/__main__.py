"""``python -m batchyard.cli`` is the ``batchyard`` command."""

from batchyard.cli import main

main()

"""What outlives the process: jobs, resources, notes.

:mod:`~batchyard.store.seam` says what a store is, :mod:`~batchyard.store.asking` what can be
asked of it. :mod:`~batchyard.store.memory` forgets with the process,
:mod:`~batchyard.store.sqlite` does not, and :mod:`~batchyard.store.writer` is the one thread
that writes.
"""

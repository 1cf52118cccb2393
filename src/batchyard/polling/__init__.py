"""Waiting, decided: whom we wait for, what to ask next, who is done. No clock, no network.

A `Watch` is told the time and what was answered, and says what to ask and who has been answered.
What drives it is in ``batchyard.client.watcher``.
"""

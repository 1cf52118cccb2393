"""The yard's heart: applies events, keeps time, hands out work.

Decisions come from :mod:`batchyard.batch`; here they are carried out, made durable by
:mod:`batchyard.store` and run by :mod:`batchyard.launchers`.
"""

"""The AWS Data Pipeline domain: what a pipeline is, when it runs, and what happens to its parts.

Nothing here knows a clock, a loop, a disk or chance: times and ids are arguments. Times are naive
datetimes in UTC where AWS writes them, and milliseconds since the epoch in states and events.
"""

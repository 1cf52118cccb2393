"""The AWS Batch domain, pure: what a job is, how it moves, what it waits for, where it fits.

Nothing here reads a clock, a file or a random number: times, ids and chance come as arguments.
"""

"""The supervisor: a small program that starts attempts, watches them, and outlives its server.

It imports the standard library and itself, nothing else of batchyard.
"""

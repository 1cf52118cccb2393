"""Where attempts run: one seam, and the drivers behind it.

`seam` holds what the engine relies on. `processes` runs attempts as processes of this machine,
under the `supervisor`, which is a program of its own; `fake` is the driver for tests.

Nothing is imported here: the supervisor starts with the standard library alone.
"""

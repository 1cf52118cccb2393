"""The yard as a server: composition root, HTTP, operations, console and metrics."""

"""The console: a yard's pages in a browser, below ``/_batchyard/console/``.

``console`` is what the composition root makes of it. ``sessions`` says who may look, ``board``
counts what happens, ``hub`` tells open pages what changed. Each page has a template and a module of
its name with what of it is live (a `seam.View`). ``actions`` is all that changes something.

Starlette and jinja2 are imported with the first page that is asked for, and by nothing before.
"""

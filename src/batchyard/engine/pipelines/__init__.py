"""AWS Data Pipeline in a yard: pipelines as they stand, and what carries out what is decided.

Decisions come from :mod:`batchyard.pipelines`. ``live`` is one pipeline as it stands; ``pipelines``
applies what happens to it; ``planner`` makes instances by the clock; ``carrying`` does what
follows from an event, with what ``outside`` names; ``handing`` forms what a task runner is given.
"""

from batchyard.engine.pipelines.pipelines import Pipelines

__all__ = ["Pipelines"]

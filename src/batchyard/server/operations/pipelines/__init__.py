"""AWS Data Pipeline's operations, by AWS's names.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.server.operations.pipelines.tasks import TASK_OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

OPERATIONS: Mapping[str, Callable[..., Any]] = {**TASK_OPERATIONS}

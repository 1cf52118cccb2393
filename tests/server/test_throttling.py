"""Calls that come too often are refused, each place and operation by itself.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-limits.html
"""

from typing import Any, cast

import pytest

from batchyard.batch.ids import Place
from batchyard.errors import Fault
from batchyard.pipelines.quotas import BURST
from batchyard.server.operations import Context
from batchyard.server.throttling import Throttle
from batchyard.testing import FakeClock

HERE, THERE = (
    Context(Place("123456789012", region), cast("Any", None), None) for region in ("a", "b")
)


def test_what_comes_too_often_is_refused_until_time_has_passed() -> None:
    clock = FakeClock()
    seen: list[object] = []
    operations = Throttle(clock.now).limited(
        {name: lambda _, request: seen.append(request) for name in ("ListPipelines", "AddTags")}
    )
    for number in range(BURST):
        operations["ListPipelines"](HERE, number)
    with pytest.raises(Fault) as refused:
        operations["ListPipelines"](HERE, "too many")
    assert (refused.value.code, refused.value.status) == ("ThrottlingException", 400)
    operations["ListPipelines"](THERE, "there")
    operations["AddTags"](HERE, "another")
    clock.advance(1000)
    operations["ListPipelines"](HERE, "later")
    assert seen == [*range(BURST), "there", "another", "later"]

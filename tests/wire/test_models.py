"""The models come from the installed botocore, which is not imported for it."""

import subprocess
import sys

import pytest
from botocore.session import Session

from batchyard.errors import NotFound
from batchyard.server.models import load
from tests.wire.samples import SERVICES


@pytest.mark.parametrize("name", SERVICES)
def test_a_model_is_the_one_that_botocores_own_loader_finds(name: str) -> None:
    ours, theirs = (
        load(name),
        Session().get_component("data_loader").load_service_model(name, "service-2"),
    )
    assert ours["shapes"] == theirs["shapes"]
    assert ours["operations"] == theirs["operations"]


def test_a_service_that_botocore_does_not_know_is_named() -> None:
    with pytest.raises(NotFound, match="'nothing'"):
        load("nothing")


def test_serving_well_formed_requests_never_imports_botocore() -> None:
    code = """if True:
        import sys
        from batchyard.server.models import load
        from batchyard.wire import Request, Service
        service = Service(load("batch"))
        service.decode(Request("POST", "/v1/describejobqueues", "", {}, b"{}"))
        print([name for name in sys.modules if name.startswith("botocore")])
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

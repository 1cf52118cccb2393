"""Whom a name below a yard's own means: S3's buckets, and nobody else.

The oracle: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

import pytest

from batchyard.errors import Fault
from batchyard.server.gate import Gate, origins_of, own_hosts
from batchyard.server.keys import generate
from batchyard.wire import Request

HOSTS = own_hosts("127.0.0.1", 4680)
GATE = Gate(generate(), HOSTS, auth=True, own_origins=origins_of(HOSTS), clock=lambda: 0)


def asked(host: str) -> Request:
    return Request("GET", "/", "", {"host": host}, b"")


@pytest.mark.parametrize("host", ["bucket.localhost:4680", "my.bucket.LOCALHOST:4680"])
def test_a_bucket_is_asked_by_its_host_where_buckets_are_meant(host: str) -> None:
    GATE.check_source(asked(host), buckets=True)
    with pytest.raises(Fault, match="does not answer to the Host"):
        GATE.check_source(asked(host))


@pytest.mark.parametrize(
    "host", ["evil-localhost:4680", "localhost:4680.example", "bucket.localhost:1", ""]
)
def test_no_other_name_is_a_bucket(host: str) -> None:
    with pytest.raises(Fault, match="does not answer to the Host"):
        GATE.check_source(asked(host), buckets=True)

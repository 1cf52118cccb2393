"""Where metrics are sent, and where they are shown."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final, NamedTuple

from batchyard.errors import Refused

LOOPBACK: Final = "127.0.0.1"
_LARGEST_PORT: Final = 65535


class Address(NamedTuple):
    """A host and a port."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    def __str__(self) -> str:
        """Write it as URLs do."""
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def address_of(text: str) -> Address:
    """Read ``HOST:PORT``, of a StatsD server; an IPv6 address stands in brackets.

    Raises:
        Refused: it is none.
    """
    host, _, port = text.rpartition(":")
    host = _bare(host)
    if not host or not _is_port(port) or not int(port):
        raise Refused(f"{text!r} is no address of a StatsD server: give HOST:PORT")
    return Address(host, int(port))


def listening_at(text: str) -> Address:
    """Read ``PORT`` or ``HOST:PORT``, to listen on; port 0 is any that is free.

    Raises:
        Refused: it is none.
    """
    host, colon, port = text.rpartition(":")
    host = _bare(host)
    if not _is_port(port) or (colon and not host):
        raise Refused(f"{text!r} is nothing to show metrics at: give PORT, or HOST:PORT")
    return Address(host or LOOPBACK, int(port))


def _bare(host: str) -> str:
    return host.removeprefix("[").removesuffix("]")


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= _LARGEST_PORT

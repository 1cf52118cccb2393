"""The request gate: who may talk to a yard at all, decided before anything is decoded.

A yard runs commands, and a web page open in its owner's browser can reach it. So three things
are asked of every request, in this order:

1. The Host is the yard's own: a name that was made to point here (DNS rebinding) is not.
2. The Origin, if there is one, is the yard's own, and Sec-Fetch-Site names no other site: no
   page of another origin speaks for the person at the keyboard. There are no CORS headers, and
   a preflight is refused.
3. It carries a SigV4 credential that proves itself.

With ``--no-auth`` the third asks for a credential in the Authorization header, and believes it:
no page can set that header across origins without the preflight that is refused, so the yard is
safe even from a browser too old to send Origin with every POST.

Sources: https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import IPv6Address, ip_address
from typing import NoReturn

from batchyard.errors import Fault, Refused
from batchyard.server.keys import Keys, Ring
from batchyard.wire import Request, s3_presigned
from batchyard.wire.sigv4 import Claim, Scope, check_time, parse, prove, shown, verify
from batchyard.wire.sigv4_canonical import S3

HEALTH = "/_batchyard/health"
"""The one path that answers without a credential, to GET."""
NOBODY = Claim("", Scope("", "", ""), (), "", "", 0)
"""The claim of a request that needs none: no key, no region, no service."""

_ADVICE = 'For the keys of this yard, run: eval "$(batchyard env)"'
_HTTP_PORT = 80  # the one that clients leave out of Host and Origin
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_OWN_SITES = frozenset(("same-origin", "none"))
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Gate:
    """Admits requests, or refuses them with a Fault of status 403.

    Args:
        keys: whom to believe.
        hosts: the Host headers of this yard, lower-case; see ``own_hosts``.
        auth: whether signatures are checked.
        own_origins: the Origin headers of this yard, lower-case; see ``origins_of``.
        clock: tells the time in epoch milliseconds.
    """

    def __init__(
        self,
        keys: Keys | Ring,
        hosts: Iterable[str],
        auth: bool,  # noqa: FBT001 - beside keys and hosts its name says enough
        own_origins: Iterable[str],
        clock: Callable[[], int],
    ) -> None:
        self._keys = keys
        self._hosts = frozenset(hosts)
        self._auth = auth
        self._own_origins = frozenset(own_origins)
        self._clock = clock

    @property
    def auth(self) -> bool:
        """Whether signatures are checked."""
        return self._auth

    def admit(self, request: Request) -> Claim:
        """Let a request in, or not.

        Args:
            request: as it came in, nothing decoded.

        Returns:
            The proven claim (with ``--no-auth``: the claim); NOBODY for the health check.

        Raises:
            Fault: 403, with AWS's codes: AccessDeniedException for where it comes from,
                the codes of :mod:`batchyard.wire.sigv4` for its credential.
        """
        self.check_source(request)
        if request.method == "GET" and request.path == HEALTH:
            return NOBODY
        try:
            return self._identify(request)
        except Fault as fault:
            raise Fault(fault.code, f"{fault.message} {_ADVICE}", fault.status) from None

    def glance(self, request: Request) -> None:
        """Refuse, before its body is read, what would be refused whatever that is.

        Raises:
            Fault: 403, as with `admit`.
        """
        self.check_source(request)
        self.expect(parse(request))

    def expect(self, claim: Claim) -> None:
        """Refuse a claim whose key nobody knows, or whose time is past or to come.

        Raises:
            Fault: 403, as with `admit`.
        """
        if self._auth:
            self._secret(claim)
            check_time(claim, self._clock())

    def prove(self, request: Request, claim: Claim, hashed: str) -> str | None:
        """Prove a claim about a request whose body is looked at by someone else.

        Args:
            request: as it came in; its body is not looked at.
            claim: what it says.
            hashed: what was signed in place of the body.

        Returns:
            The secret that it was signed with; None with ``--no-auth``, where it is not asked for.

        Raises:
            Fault: 403, as with `admit`.
        """
        try:
            return self._proven(request, claim, hashed)
        except Fault as fault:
            raise Fault(fault.code, f"{fault.message} {_ADVICE}", fault.status) from None

    def check_source(self, request: Request, *, buckets: bool = False) -> None:
        """Let a request of this machine in, or of a name that the yard is called by.

        Args:
            request: as it came in.
            buckets: whether a name below one of those will do: S3's buckets are called so.

        Raises:
            Fault: 403 AccessDeniedException, for a foreign Host, or a page of another origin.
        """
        headers = request.headers
        if _CONTROL.search("\t".join(headers.values())):
            _deny("A header holds a control character; send each header on one line.")
        host = headers.get("host", "")
        if not self._is_own(host.lower(), buckets=buckets):
            _deny(
                f"This yard does not answer to the Host {shown(host)}. Use the address it printed "
                "at start, or start it with that name allowed."
            )
        self._check_page(headers.get("origin"), headers.get("sec-fetch-site", "none"))
        if request.method == "OPTIONS":
            _deny("A yard answers no preflight: pages of other origins may not call it.")

    def _bucket(self, request: Request) -> str:
        """Name the bucket in a Host that is below one of the yard's own; nothing for those."""
        host = request.headers.get("host", "").lower()
        below = (own for own in self._hosts if host.endswith(f".{own}"))
        own = max(below, key=len, default="") if host not in self._hosts else ""
        return host.removesuffix(f".{own}") if own else ""

    def _is_own(self, host: str, *, buckets: bool) -> bool:
        return host in self._hosts or (buckets and any(host.endswith(f".{h}") for h in self._hosts))

    def _check_page(self, origin: str | None, site: str) -> None:
        if origin is not None and origin.lower() not in self._own_origins:
            _deny(f"A page of the origin {shown(origin)} may not call this yard.")
        if site not in _OWN_SITES:
            _deny(f"A page of another site may not call this yard (Sec-Fetch-Site {shown(site)}).")

    def _identify(self, request: Request) -> Claim:
        claim = parse(request)
        if self._auth:
            self._prove(request, claim)
        elif claim.expires is not None:
            message = "Without authentication a presigned URL proves nothing: sign the header."
            raise Fault("InvalidSignatureException", message, 403)
        return claim

    def _prove(self, request: Request, claim: Claim) -> None:
        verify(request, claim, self._secret(claim), self._clock())

    def _secret(self, claim: Claim) -> str:
        secret = self._keys.secret_of(claim.access_key)
        if secret is None:
            message = "The security token included in the request is invalid."
            raise Fault("UnrecognizedClientException", message, 403)
        return secret

    def _proven(self, request: Request, claim: Claim, hashed: str) -> str | None:
        if self._auth:
            secret = self._secret(claim)
            if s3_presigned.is_older(claim):
                s3_presigned.verify(request, claim, secret, self._clock(), self._bucket(request))
            else:
                prove(request, claim, secret, hashed, self._clock())
            return secret
        if claim.expires is not None and claim.service not in S3:
            message = "Without authentication a presigned URL proves nothing: sign the header."
            raise Fault("InvalidSignatureException", message, 403)
        return None


def own_hosts(host: str, port: int, names: Iterable[str] = ()) -> frozenset[str]:
    """List the Host headers that mean a yard.

    Args:
        host: what it is bound to.
        port: where it listens.
        names: further names it may be called by, e.g. the one a container or a proxy knows; with
            a port of their own, or meant with this yard's port and with none.

    Returns:
        The values a Host header may have, lower-case.
    """
    hosts = {f"{name}:{port}" for name in (*_LOOPBACK, _bracketed(host))}
    if port == _HTTP_PORT:
        hosts |= {*_LOOPBACK, _bracketed(host)}
    for name in map(_bracketed, names):
        hosts |= {name} if _has_port(name) else {name, f"{name}:{port}"}
    return frozenset(hosts)


def origins_of(hosts: Iterable[str], names: Iterable[str] = ()) -> frozenset[str]:
    """List the origins of a yard's own pages.

    Args:
        hosts: the Host headers under which they are served, over HTTP.
        names: those of them that somebody gave the yard: a proxy may serve them over TLS.
    """
    given = {f"https://{_bracketed(name)}" for name in names}
    return frozenset(f"http://{host}" for host in hosts) | given


def check_binding(host: str, auth: bool) -> None:  # noqa: FBT001 - as in Gate
    """See to it that no yard takes commands from the network unasked.

    Args:
        host: the address to listen on.
        auth: whether signatures are going to be checked.

    Raises:
        Refused: the address lies beyond loopback, and nobody would have to prove who they are.
    """
    if not auth and not _is_loopback(host):
        raise Refused(
            f"{host!r} is an address beyond loopback, and whoever reaches it could run commands "
            "here: an address beyond loopback needs authentication. Leave out --no-auth, or "
            "listen on 127.0.0.1."
        )


def _deny(message: str) -> NoReturn:
    raise Fault("AccessDeniedException", message, 403)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _bracketed(host: str) -> str:
    """Write a host as a Host header does: an IPv6 address in brackets, all lower-case."""
    try:
        is_six = isinstance(ip_address(host), IPv6Address)
    except ValueError:
        is_six = False
    return f"[{host}]".lower() if is_six else host.lower()


def _has_port(name: str) -> bool:
    return name.rpartition(":")[2].isdecimal() and not name.endswith("]")

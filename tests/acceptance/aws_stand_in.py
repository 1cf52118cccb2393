"""Stands in for AWS: a proxy that says it is batch and sts in eu-west-1, with a yard behind it.

Clients reach AWS through a proxy and trust the authorities that they are told to trust. Both are
AWS's own settings (HTTPS_PROXY, AWS_CA_BUNDLE), so that nothing in the client is replaced: it opens
a TLS connection to batch.eu-west-1.amazonaws.com, and signs for it.
"""

import http.client
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.acceptance.yards import RunningYard, clean_environment

REGION = "eu-west-1"
ACCOUNT = "210987654321"
BATCH, STS = f"batch.{REGION}.amazonaws.com", f"sts.{REGION}.amazonaws.com"
HOSTS = (BATCH, STS, "sts.amazonaws.com")
KNOWN, UNKNOWN = "AKIAIOSFODNN7EXAMPLE", "AKIAUNKNOWNEXAMPLE00"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

IDENTITY = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/me</Arn><UserId>me</UserId>
<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
STRANGER = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
<Type>Sender</Type><Code>InvalidClientTokenId</Code>
<Message>The security token included in the request is invalid.</Message></Error></ErrorResponse>"""


class StandIn:
    """AWS, as far as a command asks it.

    Args:
        yard: what runs the jobs; it must take any key, and answer to Batch's name.
        folder: for the authority's certificate.
        sts: whether STS answers; a private network may not reach it.
    """

    def __init__(self, yard: RunningYard, folder: Path, *, sts: bool = True) -> None:
        self.asked: list[str] = []
        self.yard, self.sts = yard, sts
        self.context = _context(folder)
        self._folder = folder
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def env(self, key: str = KNOWN) -> dict[str, str]:
        """The environment of somebody who works on AWS, from behind this proxy."""
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        return environment(self._folder, address, key)


def environment(folder: Path, proxy: str, key: str = KNOWN) -> dict[str, str]:
    """The environment of somebody who works on AWS, from behind a proxy."""
    config = folder / "config"
    keys = f"aws_access_key_id = {key}\naws_secret_access_key = {SECRET}\n"
    config.write_text(f"[profile lab]\nregion = {REGION}\n{keys}")
    return clean_environment() | {
        "HTTPS_PROXY": proxy,
        "NO_PROXY": "",
        "AWS_CA_BUNDLE": str(folder / "authority.pem"),
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "BATCHYARD_DATA_DIR": str(folder / "no-yard"),
    }


class Handler(BaseHTTPRequestHandler):
    """Answers one connection: as a proxy first, and then as the host that was asked for."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_CONNECT(self) -> None:
        """Become the host that is asked for."""
        if self.path.startswith("sts") and not self.server.stand_in.sts:
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        context = self.server.stand_in.context
        self.connection: socket.socket = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile: Any = self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def do_POST(self) -> None:
        """Answer as STS or, from the yard, as Batch."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        host = self.headers["Host"]
        self.server.stand_in.asked.append(f"{host}{self.path}")
        if UNKNOWN in self.headers["Authorization"]:
            self._answer(403, STRANGER if host != BATCH else "{}", UNRECOGNIZED)
        elif host != BATCH:
            self._answer(200, IDENTITY, {})
        else:
            self._forward(body)

    def finish(self) -> None:
        """Close what was opened over the connection, which is not the server's any more."""
        super().finish()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def _forward(self, body: bytes) -> None:
        port = self.server.stand_in.yard.port
        behind = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
        behind.request("POST", self.path, body, dict(self.headers))
        answer = behind.getresponse()
        self._answer(answer.status, answer.read().decode(), dict(answer.headers))
        behind.close()

    def _answer(self, status: int, text: str, headers: dict[str, str]) -> None:
        content = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            if name.lower().startswith("x-amzn"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """The proxy's server; it knows whom it stands in for."""

    daemon_threads = True
    stand_in: StandIn


UNRECOGNIZED = {"x-amzn-ErrorType": "UnrecognizedClientException"}


def _context(folder: Path) -> ssl.SSLContext:
    """Make an authority that clients can be told to trust, and a certificate of AWS's hosts."""
    key, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("stand-in authority", key, "stand-in authority", key, ())
    hosts = _certificate(BATCH, own, "stand-in authority", key, HOSTS)
    (folder / "authority.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    secret = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "hosts.pem").write_bytes(secret + hosts.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "hosts.pem")
    return context


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuing: ec.EllipticCurvePrivateKey,
    hosts: tuple[str, ...],
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(_named(subject))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        made = made.add_extension(names, critical=False)
    return made.sign(issuing, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

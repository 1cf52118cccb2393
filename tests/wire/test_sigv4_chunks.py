"""Bodies signed piece by piece, as AWS has published them.

The oracle: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html (the example of
65 KiB of the letter a), and for trailers the shape of
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.errors import Fault
from batchyard.wire.sigv4 import Claim, Scope
from batchyard.wire.sigv4_canonical import signature
from batchyard.wire.sigv4_chunks import Chunks

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
SCOPE = Scope("20130524", "us-east-1", "s3")
CLAIM = Claim("AKIAIOSFODNN7EXAMPLE", SCOPE, ("host",), SEED, "20130524T000000Z", 0)
PUBLISHED = [
    (65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
    (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
    (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
]


def published() -> bytes:
    pieces = (
        f"{size:x};chunk-signature={proof}\r\n{'a' * size}\r\n".encode()
        for size, proof in PUBLISHED
    )
    return b"".join(pieces)


def read(body: bytes, step: int, *, trailer: bool = False) -> None:
    chunks = Chunks(CLAIM, SECRET, trailer=trailer)
    for start in range(0, len(body), step):
        chunks.feed(body[start : start + step])
    chunks.end()


def with_trailer(trailers: str) -> bytes:
    """A body of one piece, with trailers, signed by the rules of the page on trailers."""
    head = f"20130524T000000Z\n{SCOPE}\n"
    empty = sha256(b"").hexdigest()
    previous, body = SEED, b""
    for data in (b"hello", b""):
        text = f"{head}{previous}\n{empty}\n{sha256(data).hexdigest()}"
        previous = signature(SECRET, SCOPE, f"AWS4-HMAC-SHA256-PAYLOAD\n{text}")
        body += f"{len(data):x};chunk-signature={previous}\r\n".encode() + data
        body += b"\r\n" if data else b""
    text = f"{head}{previous}\n{sha256(trailers.encode()).hexdigest()}"
    proof = signature(SECRET, SCOPE, f"AWS4-HMAC-SHA256-TRAILER\n{text}")
    lines = trailers.replace("\n", "\r\n")
    return body + f"{lines}x-amz-trailer-signature:{proof}\r\n\r\n".encode()


@given(step=st.integers(1, 70000))
def test_the_published_body_is_taken_in_whatever_pieces_it_arrives(step: int) -> None:
    read(published(), max(step, 97))


@given(at=st.integers(0, len(published()) - 3), other=st.integers(1, 255))
def test_no_byte_of_it_can_be_another(at: int, other: int) -> None:
    body = bytearray(published())
    body[at] ^= other
    if bytes(body).lower() == published():  # hexadecimal sizes may be written in capitals
        return
    with pytest.raises(Fault) as refused:
        read(bytes(body), 4096)
    assert refused.value.status == 403


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_no_piece_can_be_left_out(left_out: int) -> None:
    pieces = published().split(b"\r\n")
    del pieces[2 * left_out : 2 * left_out + 2]
    with pytest.raises(Fault):
        read(b"\r\n".join(pieces), 4096)


def test_nothing_may_follow_the_last_piece() -> None:
    with pytest.raises(Fault, match="follows"):
        read(published() + b"0\r\n", 4096)


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_signed_trailers_are_taken(step: int) -> None:
    read(with_trailer("x-amz-checksum-crc32:NSRBwg==\n"), step, trailer=True)


def test_other_trailers_than_those_signed_are_refused() -> None:
    body = with_trailer("x-amz-checksum-crc32:NSRBwg==\n").replace(b"NSRBwg", b"NSRBwh")
    with pytest.raises(Fault, match="signature of a piece"):
        read(body, 1000, trailer=True)


def test_a_body_that_ends_before_its_trailers_is_refused() -> None:
    body = with_trailer("x-amz-checksum-crc32:NSRBwg==\n").partition(b"x-amz-trailer")[0]
    with pytest.raises(Fault, match="ended before"):
        read(body, 1000, trailer=True)

"""The mutants of what lets requests through to moto, and of what leads jobs to their yard."""

from tests.mutants.mutant import Mutant

PIECES = ("tests/wire/test_sigv4_chunks.py",)
PRESIGNED = ("tests/wire/test_s3_presigned.py",)
ACCESS = ("tests/server/test_access.py",)
LEADING = ("tests/batch/access_laws.py",)
EXCHANGE = ("tests/server/neighbours/test_exchange.py",)
FRONT = ("tests/server/neighbours/test_front.py",)
GATE = ("tests/server/test_gate.py",)
PROGRAM = ("tests/server/neighbours/test_program.py",)
PROPERTIES = ("tests/server/neighbours/properties_laws.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("wire/sigv4_chunks", "        self._previous = wanted\n", "", PIECES),
    mutant("wire/sigv4_chunks", "if self._step != self._over:", "if False:", PIECES),
    mutant("wire/sigv4_chunks", 'if self._rest.strip(b"\\r\\n"):', "if False:", PIECES),
    mutant("wire/sigv4_payload", "if claim.service not in S3:", "if False:", PRESIGNED),
    mutant("wire/sigv4_payload", "said not in OPEN and said != hashed", "False", PRESIGNED),
    mutant("wire/s3_presigned", "if int(until) * 1000 < now:", "if False:", PRESIGNED),
    mutant("wire/s3_presigned", "query.keys() & SIGNED", "set[str]()", PRESIGNED),
    mutant("wire/s3_presigned", "not in HARMLESS and not told:", "in ():", PRESIGNED),
    mutant("wire/s3_presigned", "    if bucket:\n", "    if False:\n", PRESIGNED),
    mutant("server/keys", "if self._clock() < until else None", "", ACCESS),
    mutant(
        "server/gate",
        "            self._secret(claim)\n            check",
        "            check",
        GATE,
    ),
    mutant("server/gate", "        self.expect(parse(request))\n", "", GATE),
    mutant("server/neighbours/front", "unquote(request.path)", "request.path", FRONT),
    mutant("server/neighbours/program", ' and key.status == "Active"', "", PROGRAM),
    mutant("wire/sigv4_canonical", "    if service in S3:\n", "    if False:\n", PRESIGNED),
    mutant("server/keys", "access_key_id[:4] != _SESSION or not", "not", ACCESS),
    mutant("server/keys", 'self._derived(f"id {body}", _SESSION_HALF)\n', "proof\n", ACCESS),
    mutant("server/access", "job.state not in PLACED or", "", ACCESS),
    mutant("server/access", "if not hmac.compare_digest(", "if False and (", ACCESS),
    mutant("server/access", "or attempt.worker_group is not None", "", ACCESS),
    mutant("batch/access", "if name not in own}", "}", LEADING),
    mutant("batch/access", "names -= REGIONS", "pass", LEADING),
    mutant("batch/access", "if name in REGIONS or not", "if not", LEADING),
    mutant("server/neighbours/exchange", 'method == "HEAD"', 'method == "GET"', EXCHANGE),
    mutant(
        "server/neighbours/exchange",
        "and not self._complete:\n                raise",
        "and False:\n                raise",
        EXCHANGE,
    ),
    mutant("server/neighbours/properties", '"integer": int', '"integer": float', PROPERTIES),
    mutant(
        "server/neighbours/properties",
        "            if strict:\n",
        "            if False:\n",
        PROPERTIES,
    ),
]

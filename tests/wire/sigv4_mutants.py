"""The mutants that the laws of signatures, of the gate and of keys must kill."""

from tests.mutants.mutant import Mutant

CLAIM = ("tests/wire/test_sigv4.py",)
ORACLE = ("tests/wire/test_sigv4_botocore.py",)
CHANGES = ("tests/wire/test_sigv4_laws.py",)
GATE = ("tests/server/test_gate.py",)
BROWSER = ("tests/server/test_gate_browser.py",)
UPLOADS = ("tests/server/test_gate_buckets.py",)
KEYS = ("tests/server/test_keys.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("wire/sigv4_canonical", "_keyed(secret, scope).copy()", "_keyed(secret, scope)", ORACLE),
    mutant("wire/sigv4_canonical", 'compile(r"/|(?:/', 'compile(r"/*|(?:/', ORACLE),
    mutant(
        "wire/sigv4",
        "if not hmac.compare_digest(",
        "if False and not hmac.compare_digest(",
        CHANGES,
    ),
    mutant(
        "wire/sigv4", "hashed = _checked_hash(request)", 'hashed = payload_hash(b"{}")', CHANGES
    ),
    mutant("wire/sigv4", "    check_time(claim, now)\n", "", CLAIM),
    mutant("wire/sigv4", "SKEW = 15 * 60 * 1000", "SKEW = 15 * 60 * 1001", CLAIM),
    mutant("wire/sigv4", "claim.signed_at > now + SKEW", "claim.signed_at >= now + SKEW", CLAIM),
    mutant("wire/sigv4", "claim.signed_at < now - SKEW", "claim.signed_at <= now - SKEW", CLAIM),
    mutant("wire/sigv4", "if until < now:", "if until <= now:", CLAIM),
    mutant("wire/sigv4", "if claim.scope.date != claim.timestamp[:8]:", "if False:", CLAIM),
    mutant("wire/sigv4", 'if "host" not in signed:', "if False:", CLAIM),
    mutant("wire/sigv4", "tuple(sorted(set(signed)))", "tuple(sorted(signed))", CLAIM),
    mutant("wire/sigv4", "    if open_ones:", "    if False:", CHANGES),
    mutant(
        "wire/sigv4",
        'get("x-amz-content-sha256", hashed) != hashed',
        'get("x-amz-content-sha256", hashed) == ""',
        CLAIM,
    ),
    mutant("wire/sigv4", "sent.keys() - UNSIGNED", "sent.keys()", ORACLE),
    mutant("wire/sigv4", 'f"[{name}]" if ":" in name else name', "name", ORACLE),
    mutant("wire/sigv4", "in {None, _DEFAULT_PORTS.get(parts.scheme)}", "is None", ORACLE),
    mutant("wire/sigv4", '"" if claim.expires is None else "X-Amz-Signature"', '""', ORACLE),
    mutant("wire/sigv4_canonical", "(?:/[A-Za-z0-9_~-]", "(?:/[A-Za-z0-9._~-]", ORACLE),
    mutant("wire/sigv4_canonical", 'safe="/~"', 'safe="/~%"', ORACLE),
    mutant("wire/sigv4_canonical", "del kept[-1:]", "pass", ORACLE),
    mutant("wire/sigv4_canonical", 'not in {"", "."}', 'not in {"."}', ORACLE),
    mutant("wire/sigv4_canonical", '"/" if kept and path', '"/" if path', ORACLE),
    mutant("wire/sigv4_canonical", 'text.replace("+", " ")', "text", ORACLE),
    mutant("wire/sigv4_canonical", "sorted(pair for pair", "list(pair for pair", ORACLE),
    mutant(
        "wire/sigv4_canonical", "' '.join(headers[name].split())", "headers[name].strip()", CLAIM
    ),
    mutant("wire/sigv4_canonical", 'encode("utf-8", "surrogatepass")', 'encode("utf-8")', CHANGES),
    mutant("wire/sigv4_claim", "if header is not None and query:", "if False:", CLAIM),
    mutant("wire/sigv4_claim", "if algorithm != ALGORITHM:", "if False:", CLAIM),
    mutant("wire/sigv4_claim", 'if query["X-Amz-Algorithm"] != ALGORITHM:', "if False:", CLAIM),
    mutant("wire/sigv4_claim", "not in _IN_HEADER or name in fields", "not in _IN_HEADER", CLAIM),
    mutant("wire/sigv4_claim", "        if name in found:", "        if False:", CLAIM),
    mutant("wire/sigv4_claim", "& _TELLING else {}", "else {}", CLAIM),
    mutant(
        "wire/sigv4_claim", "if not _NAME.fullmatch(region):", "if not _NAME.match(region):", CLAIM
    ),
    mutant(
        "wire/sigv4_claim",
        "if not _NAME.fullmatch(service):",
        "if not _NAME.match(service):",
        CLAIM,
    ),
    mutant("wire/sigv4_claim", "if terminator != TERMINATOR:", "if False:", CHANGES),
    mutant("wire/sigv4_claim", "if not _DATED.fullmatch(date):", "if False:", CLAIM + CHANGES),
    mutant(
        "wire/sigv4_claim", "not 0 < int(text) <= LONGEST", "not 0 <= int(text) <= LONGEST", CLAIM
    ),
    mutant("wire/sigv4_claim", "int(text) <= LONGEST_EXPIRY", "int(text) < LONGEST_EXPIRY", CLAIM),
    mutant("wire/sigv4_claim", "7 * 24 * 3600", "8 * 24 * 3600", CLAIM),
    mutant(
        "server/gate",
        "        self.check_source(request)\n        if request.method",
        "        if request.method",
        BROWSER,
    ),
    mutant(
        "server/gate",
        'request.method == "GET" and request.path == HEALTH',
        "request.path == HEALTH",
        GATE,
    ),
    mutant("server/gate", "request.path == HEALTH:", "request.path.startswith(HEALTH):", GATE),
    mutant("server/gate", "if _CONTROL.search(", "if False and _CONTROL.search(", GATE),
    mutant(
        "server/gate",
        "if not self._is_own(host.lower(), buckets=buckets):",
        "if False:",
        BROWSER,
    ),
    mutant("server/gate", "(buckets and any(", "(any(", UPLOADS),
    mutant(
        "server/gate",
        "if not self._is_own(host.lower(),",
        "if host and not self._is_own(host.lower(),",
        GATE,
    ),
    mutant("server/gate", "origin is not None and", "origin and", BROWSER),
    mutant("server/gate", "if site not in _OWN_SITES:", 'if site == "cross-site":', BROWSER),
    mutant("server/gate", 'if request.method == "OPTIONS":', "if False:", BROWSER),
    mutant("server/gate", "elif claim.expires is not None:", "elif False:", BROWSER),
    mutant("server/gate", "if secret is None:", "if False:", GATE),
    mutant("server/gate", "if port == _HTTP_PORT:", "if True:", GATE),
    mutant(
        "server/gate",
        "if not auth and not _is_loopback(host):",
        "if not auth and _is_loopback(host):",
        GATE,
    ),
    mutant("server/keys", "if access_key_id == self.access_key_id:", "if access_key_id:", KEYS),
    mutant(
        "server/keys",
        "        os.link(draft, path)",
        "        os.replace(draft, path); draft.touch()",
        KEYS,
    ),
    mutant("server/keys", "        draft.unlink()", "        pass", KEYS),
    mutant("server/keys", "        os.fchmod(descriptor, mode)", "        pass", KEYS),
    mutant("server/keys", "directory.chmod(stat.S_IRWXU)", "pass", KEYS),
    mutant("server/keys", "_OTHERS = stat.S_IRWXG | stat.S_IRWXO", "_OTHERS = stat.S_IRWXO", KEYS),
    mutant("server/keys", "field(repr=False)", "field(repr=True)", KEYS),
    mutant("server/keys", "if not keys.access_key_id or", "if", KEYS),
]

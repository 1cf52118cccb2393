"""The mutants that the laws of logs and of their operations must kill."""

from tests.mutants.mutant import Mutant

SOURCE = ("tests/logs/test_source_laws.py",)
LINES = ("tests/logs/test_lines_laws.py",)
PAGES = ("tests/logs/test_pages_laws.py",)
TOKENS = ("tests/logs/test_tokens_laws.py",)
PATTERNS = ("tests/logs/test_patterns_laws.py",)
SEARCHING = ("tests/logs/test_searching_laws.py",)
OUTPUT = ("tests/launchers/test_output_laws.py",)
OPERATIONS = ("tests/server/operations/test_logs.py",)
FILTERING = ("tests/server/operations/test_logs_filtering.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("logs/lines", "EVENT_BYTES = 262_144 - 26", "EVENT_BYTES = 262_144", LINES),
    mutant("logs/lines", "while stop - done > longest:", "while stop - done >= longest:", LINES),
    mutant("logs/lines", "while stop - cuts[-1] > self", "while stop - cuts[-1] >= self", LINES),
    mutant("logs/lines", "for back in range(4):", "for back in range(3):", LINES),
    mutant("logs/lines", "(lead >= _FOUR)", "(lead > _FOUR)", LINES),
    mutant("logs/lines", "if closed and rest:", "if rest:", LINES),
    mutant("logs/lines", 'if body[-1:] == b"\\r":', "if False:", PAGES),
    mutant("logs/lines", "if edge >= at:", "if edge > at:", LINES),
    mutant("logs/lines", "stop - newline), stop]", "stop), stop]", LINES),
    mutant("logs/lines", "max(cuts[-1], at - 3)", "max(cuts[-1], at - 1)", LINES),
    mutant("logs/pages", "EVENT_OVERHEAD = 26", "EVENT_OVERHEAD = 25", PAGES),
    mutant("logs/pages", "if taken and room < 0:", "if taken and room <= 0:", PAGES),
    mutant("logs/pages", "if taken and room < 0:", "if room < 0:", PAGES),
    mutant("logs/pages", "line.start < high", "line.start <= high", PAGES),
    mutant("logs/pages", "line.start >= low", "line.start > low", PAGES),
    mutant("logs/pages", "begin if begin >= low else", "low if begin < low else begin or", PAGES),
    mutant("logs/pages", "begin if begin <= high else lines.boundary(high)", "begin", PAGES),
    mutant("logs/pages", "bisect_right(offsets", "bisect_left(offsets", PAGES),
    mutant("logs/pages", "last.stop, first.start)", "last.start, first.start)", PAGES),
    mutant("logs/pages", "> SCANNED_BYTES:", "> 9 * SCANNED_BYTES:", PAGES),
    mutant("logs/source", "bisect_right(numbers, start", "bisect_left(numbers, start", SOURCE),
    mutant("logs/source", "numbers[max(first, 0)", "numbers[max(first, 1)", PAGES),
    mutant("logs/tokens", "position > size", "position >= size", TOKENS),
    mutant("logs/tokens", "position > size", "False", TOKENS),
    mutant("logs/tokens", 'f"{stream} {position}"', 'f"{position}"', TOKENS),
    mutant("logs/tokens", "[0-9]{{{DIGITS}}}", "\\\\d{{{DIGITS}}}", TOKENS),
    mutant("launchers/output", "and position.ended == ended", "", OUTPUT),
    mutant("launchers/output", "source.size if given.forward", "-1 if given.forward", OUTPUT),
    mutant(
        "launchers/output", "position.offset else -1", "position.offset else source.size", OUTPUT
    ),
    mutant("launchers/output", "records - 1)", "0)", OUTPUT),
    mutant("launchers/output", "unlink(missing_ok=True)", "exists()", OUTPUT),
    mutant("server/operations/logs/listing", "key > last)", "key >= last)", OPERATIONS),
    mutant("server/operations/logs/listing", "mark.order != order or", "", OPERATIONS),
    mutant("server/operations/logs/streams", "limit - len(found)", "limit", OPERATIONS),
    mutant("server/operations/logs/finding", "started_at is not None", "placed_at", OPERATIONS),
    mutant("server/operations/logs/events", "stopped_at is not None", "started_at", OPERATIONS),
    mutant("logs/patterns", "not included and not excluded", "not excluded", PATTERNS),
    mutant("logs/patterns", "not any(test(message) for test in excluded)", "True", PATTERNS),
    mutant("logs/patterns", "_ESCAPED.sub", "str or _ESCAPED.sub", PATTERNS),
    mutant("logs/patterns", "if not _ALLOWED.fullmatch(text):", "if False:", PATTERNS),
    mutant("logs/selectors", "any(part(value)", "all(part(value)", PATTERNS),
    mutant("logs/selectors", "all(part(value)", "any(part(value)", PATTERNS),
    mutant("logs/selectors", '"<=": operator.le', '"<=": operator.lt', PATTERNS),
    mutant("logs/selectors", "lambda found: not found", "lambda found: True", PATTERNS),
    mutant("logs/selectors", "and not isinstance(value, bool)", "", PATTERNS),
    mutant("logs/selectors", 'if sign == "=" else', 'if sign != "=" else', PATTERNS),
    mutant("logs/searching", "(log.name < mark.name)", "0", SEARCHING),
    mutant("logs/searching", "(log.name < mark.name)", "1", SEARCHING),
    mutant("logs/searching", "if since <= found.at < until", "if since <= found.at", SEARCHING),
    mutant("logs/searching", "bisect_right(offsets", "bisect_left(offsets", SEARCHING),
    mutant(
        "server/operations/logs/filtering", "request.end_time + 1", "request.end_time", FILTERING
    ),
    mutant("server/operations/logs/filtering", "looking < 0", "False", FILTERING),
    mutant("server/operations/logs/filtering", "if taken and room < 0:", "if False:", FILTERING),
    mutant("server/operations/logs/filtering", ":016d}", ":.0s}", FILTERING),
]

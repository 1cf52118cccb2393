"""The mutants that the laws of logs and of their operations must kill."""

from tests.mutants.mutant import Mutant

SOURCE = ("tests/logs/test_source_laws.py",)
LINES = ("tests/logs/test_lines_laws.py",)
PAGES = ("tests/logs/test_pages_laws.py",)
TOKENS = ("tests/logs/test_tokens_laws.py",)
PATTERNS = ("tests/logs/test_patterns_laws.py",)
GRAMMAR = ("tests/logs/test_grammar_laws.py",)
WAYS = ("tests/logs/test_ways_laws.py",)
DELIMITED = ("tests/logs/test_delimited_laws.py",)
SEARCHING = ("tests/logs/test_searching_laws.py",)
OUTPUT = ("tests/launchers/test_output_laws.py",)
PUTTING = ("tests/logs/test_putting_laws.py",)
MIXING = ("tests/logs/test_mixing_laws.py",)
STORE = ("tests/store/test_logs.py",)
OPENING = ("tests/store/test_opening.py",)
CHORE = ("tests/engine/chores/test_log_retention.py",)
BY_HAND = ("tests/server/operations/test_logs_putting.py",)
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
    mutant("logs/pages", "Page(events, last.stop", "Page(events, last.start", PAGES),
    mutant("logs/pages", "> SCANNED_BYTES:", "> 9 * SCANNED_BYTES:", PAGES),
    mutant("logs/source", "bisect_right(numbers, start", "bisect_left(numbers, start", SOURCE),
    mutant("logs/source", "numbers[max(first, 0)", "numbers[max(first, 1)", PAGES),
    mutant("logs/tokens", "offset > size", "offset >= size", TOKENS),
    mutant("logs/tokens", "offset > size", "False", TOKENS),
    mutant("logs/tokens", 'f"{stream} {packed}"', 'f"{packed}"', TOKENS),
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
    mutant("store/asking", "self.attempt.started_at is not None", "True", OPERATIONS),
    mutant("server/operations/logs/finding", "stopped_at is not None", "started_at", OPERATIONS),
    mutant("logs/patterns", "not included and not excluded", "not excluded", PATTERNS),
    mutant("logs/patterns", "not any(test(message) for test in excluded)", "True", PATTERNS),
    mutant("logs/patterns", "if phrase.strip() else", "if phrase else", PATTERNS),
    mutant("logs/patterns", "if len(read) > MOST", "if len(read) > 9 * MOST", PATTERNS),
    mutant("logs/grammar", '_ESCAPED.sub(r"\\1", token[1:-1])', "token[1:-1]", PATTERNS),
    mutant("logs/grammar", "any(part(value)", "all(part(value)", PATTERNS),
    mutant("logs/grammar", "all(part(value)", "any(part(value)", PATTERNS),
    mutant("logs/grammar", '"<=": operator.le', '"<=": operator.lt', PATTERNS),
    mutant("logs/grammar", "len(text) >= len(first) + len(last)", "True", GRAMMAR),
    mutant("logs/grammar", "text.find(part, at, stop)", "text.find(part, at)", GRAMMAR),
    mutant("logs/grammar", "at = found + len(part)", "at = found", GRAMMAR),
    mutant("logs/expressions", "if not _ALLOWED.fullmatch(text):", "if False:", PATTERNS),
    mutant("logs/expressions", 'text[at] != "]" or at == begin', 'text[at] != "]"', WAYS),
    mutant("logs/expressions", 'not in {"", "]"}:', 'not in {""}:', WAYS),
    mutant("logs/expressions", "_ALL - held if negated", "held if negated", WAYS),
    mutant("logs/expressions", "least > most", "least >= most", WAYS),
    mutant("logs/expressions", "int(low or 0)", "int(low or 1)", WAYS),
    mutant("logs/expressions", 'in {"", "|"}:', 'in {""}:', WAYS),
    mutant("logs/ways", "| bits & ways.repeated", "", WAYS),
    mutant("logs/ways", "& held) | ways.first", "& held)", WAYS),
    mutant("logs/ways", "(~(filled - ways.entered) ^ filled)", "0", WAYS),
    mutant("logs/ways", "self._runs(self.size - len(run), [*run, False])", "pass", WAYS),
    mutant("logs/ways", "max(term.least, 1)", "term.least", WAYS),
    mutant("logs/ways", "return bool(ways.bits & self._ways.at_end)", "return False", WAYS),
    mutant("logs/ways", "(self._ways.found | self._ways.at_end)", "self._ways.found", WAYS),
    mutant("logs/ways", "if len(self._sets) >= self._most_sets:", "if False:", WAYS),
    mutant("logs/ways", "known = self._sets[bits] = _Set", "known = _Set", WAYS),
    mutant("logs/ways", "term[1:] == (1, 1)", "True", WAYS),
    mutant("logs/ways", "self.size + count > MOST", "count > MOST", WAYS),
    mutant("logs/delimited", "len(found) < before + after", "len(found) < before", DELIMITED),
    mutant("logs/delimited", "len(found) < len(names)", "not found", DELIMITED),
    mutant("logs/delimited", "message[last.start :].rstrip()", "message[last.stop :]", DELIMITED),
    mutant("logs/delimited", 'if sign == "=" else', 'if sign != "=" else', DELIMITED),
    mutant("logs/delimited", "or number(value) == wanted_number", "", DELIMITED),
    mutant("logs/delimited", "self._names.count(name) != 1", "not name", DELIMITED),
    mutant("logs/delimited", "names.index(name)", "names.index(name) - 1", DELIMITED),
    mutant("logs/delimited", "self._own or name", "name", DELIMITED),
    mutant("logs/delimited", "message[at + 1 : end])", "message[at:end])", DELIMITED),
    mutant("logs/delimited", "and closing not in never", "", DELIMITED),
    mutant(
        "logs/selectors", "for value in found if _simple(value)", "for value in found", PATTERNS
    ),
    mutant("logs/selectors", "if wildcards > 1:", "if wildcards > 2:", PATTERNS),
    mutant("logs/selectors", "> MOST_WILDCARDS:", "> 9:", PATTERNS),
    mutant("logs/selectors", "lambda found: not found", "lambda found: True", PATTERNS),
    mutant("logs/selectors", "and not isinstance(value, bool)", "", PATTERNS),
    mutant("logs/selectors", 'if sign == "=" else', 'if sign != "=" else', PATTERNS),
    mutant("logs/searching", "((log.name, log.put) < (mark.name, mark.put))", "0", SEARCHING),
    mutant("logs/searching", "((log.name, log.put) < (mark.name, mark.put))", "1", SEARCHING),
    mutant("logs/searching", "if found.at >= until:", "if found.at > until:", SEARCHING),
    mutant("logs/searching", "bisect_right(offsets", "bisect_left(offsets", SEARCHING),
    mutant("logs/searching", "gap = Gap(at, number + 1)", "gap = Gap(at + 1)", SEARCHING),
    mutant("logs/searching", "number, number + 1, message", "number, number, message", SEARCHING),
    mutant("logs/putting", "EVENT_OVERHEAD = 26", "EVENT_OVERHEAD = 25", PUTTING),
    mutant("logs/putting", "if one > BATCH_BYTES:", "if one >= BATCH_BYTES:", PUTTING),
    mutant("logs/putting", "if total > BATCH_BYTES:", "if total >= BATCH_BYTES:", PUTTING),
    mutant("logs/putting", "earlier > later", "earlier >= later", PUTTING),
    mutant(
        "logs/putting",
        "bisect_left(times, now - OLDEST",
        "bisect_right(times, now - OLDEST",
        PUTTING,
    ),
    mutant(
        "logs/putting",
        "bisect_right(times, now + NEWEST",
        "bisect_left(times, now + NEWEST",
        PUTTING,
    ),
    mutant(
        "logs/putting", "bisect_left(times, kept_since)", "bisect_right(times, kept_since)", PUTTING
    ),
    mutant("logs/putting", "> LONGEST_SPAN_MS", ">= LONGEST_SPAN_MS", PUTTING),
    mutant("logs/putting", "times[stop - 1] - times[start]", "times[-1] - times[0]", PUTTING),
    mutant("logs/mixing", "whole if forward else whole[::-1]", "whole", MIXING),
    mutant("logs/mixing", "Gap(at, number + 1)) for", "Gap(at, number)) for", MIXING),
    mutant("logs/mixing", "places[taken][0]", "whole[1]", MIXING),
    mutant("logs/mixing", "places[-1 - taken][1]", "whole[0]", MIXING),
    mutant("logs/mixing", "if taken and room < 0:", "if False:", MIXING),
    mutant("logs/mixing", "key=lambda each: each[0].at", "key=lambda each: 0", MIXING),
    mutant("engine/logbook", "each.number > number", "each.number >= number", BY_HAND),
    mutant("engine/logbook", "if each[1] > number", "if False", BY_HAND),
    mutant("engine/logbook", "and known.emptied", "and False", BY_HAND),
    mutant("engine/logbook", "emptied is not None and emptied.emptied", "False", BY_HAND),
    mutant("engine/logbook", "(hidden or stream.shown)", "stream.shown", BY_HAND),
    mutant("engine/logbook", "del self._streams[key]", "pass", BY_HAND),
    mutant("engine/logbook", "(attempt.id,) if attempt is not None else ()", "()", BY_HAND),
    mutant("engine/logbook", "attempt.stopped_at is not None", "True", OPERATIONS),
    mutant(
        "engine/chores/log_retention", "each.stopped_at or moment", "each.stopped_at or 0", CHORE
    ),
    mutant("engine/chores/log_retention", ") < moment]", ") <= moment]", CHORE),
    mutant(
        "store/memory_logs",
        "if kept is not None and kept.job_id is not None:",
        "if kept is not None:",
        STORE,
    ),
    mutant("store/sqlite/log_keeping", "and found[2] is not None", "", STORE),
    mutant("store/sqlite/log_keeping", "self._count(group, -counted)", "pass", STORE),
    mutant(
        "store/sqlite/log_keeping", "self._count(group, -sum", "self._count(group, 0 * sum", STORE
    ),
    mutant("store/sqlite/log_keeping", "limit - gone)", "limit)", STORE),
    mutant("store/sqlite/keeping", "len(codec.decode_glance(body).attempts)", "0", OPENING),
    mutant(
        "server/operations/logs/filtering",
        "last >= search.begin",
        "last > search.begin",
        BY_HAND,
    ),
    mutant(
        "server/operations/logs/filtering", "request.end_time + 1", "request.end_time", FILTERING
    ),
    mutant("server/operations/logs/filtering", "looking < 0", "False", FILTERING),
    mutant("server/operations/logs/filtering", "if taken and room < 0:", "if False:", FILTERING),
    mutant("server/operations/logs/filtering", ":016d}", ":.0s}", FILTERING),
]

"""Searching a text for a regular expression, in time that grows with the text only.

Python's own ``re`` tries one way after another (``%a*a*a*a*b%`` on a line of a's takes hours). Here
all ways are followed at once, as the bits of one number, and the sets of ways that were met are
remembered: then a character costs one look into a dictionary.

Source: extended Shift-And, section 4.2 of G. Navarro and M. Raffinot, Flexible Pattern Matching in
Strings (2002).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from batchyard.logs.expressions import OTHER, read
from batchyard.logs.grammar import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batchyard.logs.expressions import Alternative, Term

MOST_POSITIONS = 1_000
"""The most characters an expression may come to with its repetitions written out (ours)."""

MOST_SETS = 1_000
"""How many sets of ways are remembered (ours): beyond that each is found anew, which is slower."""

_OTHERS = re.compile(r"[^\x00-\x7f]")


class _Layout:
    """An expression as bits: one before each alternative, then one for each position in it.

    Attributes:
        size: how many bits there are.
        first: the bits before alternatives that may begin anywhere.
        begin: those before alternatives that begin the text.
        found: the last bits of alternatives that may end anywhere.
        at_end: those of alternatives that end the text.
        repeated: positions that may be there again.
        optional: positions that may be left out.
        entered: the bits before runs of those, and ``left`` the last ones in the runs.
        held: by a character's code, the positions it may take.
    """

    def __init__(self, alternatives: Iterable[Alternative]) -> None:
        self.size = self.first = self.begin = self.found = self.at_end = 0
        self.repeated = self.optional = self.entered = self.left = 0
        self.held = [0] * (OTHER + 1)
        for each in alternatives:
            self._place(each)

    def _place(self, alternative: Alternative) -> None:
        if alternative.begins:
            self.begin |= 1 << self.size
        else:
            self.first |= 1 << self.size
        self.size += 1
        run = [False]
        for term in alternative.terms:
            run += self._positions(term)
        last = 1 << (self.size - 1)
        if alternative.ends:
            self.at_end |= last
        else:
            self.found |= last
        self._runs(self.size - len(run), [*run, False])

    def _positions(self, term: Term) -> list[bool]:
        """Give a term its positions; tell of each whether it may be left out."""
        count = max(term.least, 1) if term.most is None else term.most
        if self.size + count > MOST_POSITIONS:
            raise Malformed(f"with its repetitions it is longer than {MOST_POSITIONS:,} characters")
        run = ((1 << count) - 1) << self.size
        for code in term.held:
            self.held[code] |= run
        self.size += count
        if term.most is None:
            self.repeated |= 1 << (self.size - 1)
        return [number >= term.least for number in range(count)]

    def _runs(self, start: int, optional: Sequence[bool]) -> None:
        for number, (this, following) in enumerate(pairwise(optional), start):
            if this:
                self.optional |= 1 << number
            if following and not this:
                self.entered |= 1 << number
            if this and not following:
                self.left |= 1 << number


def _layout(text: str, alternatives: Iterable[Alternative]) -> _Layout:
    try:
        return _Layout(alternatives)
    except Malformed as error:
        raise Malformed(f"%{text}% is too long: {error}") from None


class _Full(Exception):
    """No more sets of ways are remembered; the next one is in ``bits``."""

    def __init__(self, bits: int) -> None:
        self.bits = bits


class _Set(dict[int, "_Set"]):
    """A set of ways, and by the next character's code the set that follows."""

    __slots__ = ("bits", "owner")

    def __init__(self, bits: int, owner: Expression) -> None:
        self.bits = bits
        self.owner = owner

    def __missing__(self, code: int) -> _Set:
        following = self[code] = self.owner.remembered(self.owner.step(self.bits, code))
        return following


class Expression:
    """An expression to search texts for.

    Args:
        text: what stands between the percent signs.
        most_sets: how many sets of ways are remembered.

    Raises:
        Malformed: it is none that AWS supports.
    """

    def __init__(self, text: str, most_sets: int = MOST_SETS) -> None:
        """Read the expression."""
        alternatives = read(text)
        self._most_sets = most_sets
        self._literals = [_literal(each) for each in alternatives]
        self._ways = _layout(text, alternatives)
        self._sets: dict[int, _Set] = {}
        self._found = _Set(-1, self)
        self._start = self.remembered(self._skipped(self._ways.first | self._ways.begin))

    def __call__(self, text: str) -> bool:
        """Tell whether the text holds the expression."""
        if not any(literal in text for literal in self._literals):
            return False
        codes = iter((text if text.isascii() else _OTHERS.sub("\x80", text)).encode("latin-1"))
        ways = self._start
        try:
            if ways is self._found:
                return True
            for code in codes:
                ways = ways[code]
                if ways is self._found:
                    return True
        except _Full as full:
            return self._walked(full.bits, codes)
        return bool(ways.bits & self._ways.at_end)

    def step(self, bits: int, code: int) -> int:
        """Follow every way by one character."""
        ways = self._ways
        held = ways.held[code]
        return self._skipped(((bits << 1 | bits & ways.repeated) & held) | ways.first)

    def _skipped(self, bits: int) -> int:
        """Follow every way past what may be left out: one subtraction carries through each run."""
        ways = self._ways
        filled = bits | ways.left
        return bits | ways.optional & (~(filled - ways.entered) ^ filled)

    def remembered(self, bits: int) -> _Set:
        """Give the set of these ways: one for all that have found the expression.

        Raises:
            _Full: it is a new one, and no more are remembered.
        """
        if bits & self._ways.found:
            return self._found
        known = self._sets.get(bits)
        if known is None:
            if len(self._sets) >= self._most_sets:
                raise _Full(bits)
            known = self._sets[bits] = _Set(bits, self)
        return known

    def remembers(self) -> int:
        """Tell how many sets of ways are remembered."""
        return len(self._sets)

    def _walked(self, bits: int, codes: Iterable[int]) -> bool:
        """Go on without remembering anything."""
        for code in codes:
            bits = self.step(bits, code)
            if bits & self._ways.found:
                return True
        return bool(bits & (self._ways.found | self._ways.at_end))


def _literal(alternative: Alternative) -> str:
    """Find the longest text that is in every text which holds the alternative."""
    longest = run = ""
    for term in alternative.terms:
        single = len(term.held) == 1 and term.held != {OTHER} and term[1:] == (1, 1)
        run = run + chr(min(term.held)) if single else ""
        longest = max(longest, run, key=len)
    return longest

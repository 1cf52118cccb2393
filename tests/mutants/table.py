"""The mutants, by module. A law is kept only if it kills one: add yours with the law."""

from tests.mutants.mutant import Mutant

MUTANTS: list[Mutant] = []

"""The mutants that the laws of pipelines must kill."""

from tests.mutants.mutant import Mutant


def mutant(file: str, old: str, new: str, killer: str) -> Mutant:
    return Mutant(
        file=f"batchyard/pipelines/{file}.py",
        old=old,
        new=new,
        killers=(f"tests/pipelines/{killer}_laws.py",),
    )


MUTANTS = [
    mutant(
        "files",
        "for key, given in sorted(item.items())\n        if key not",
        "for key, given in item.items()\n        if key not",
        "files",
    ),
    mutant("files", 'list(value) == ["ref"]', '"ref" in value', "files"),
    mutant("files", 'item.get("name", name)', 'item.get("name", "")', "files"),
    mutant("files", "if key in taken:", "if False:", "files"),
    mutant(
        "files",
        "if (field.string_value is None) == (field.ref_value is None):",
        "if False:",
        "files",
    ),
    mutant("inheritance", 'set(item.keys) | {"parent"}', "set(item.keys)", "inheritance"),
    mutant("inheritance", "taken |= ancestor.keys", "pass", "inheritance"),
    mutant("inheritance", "[] if item.id == DEFAULT else [DEFAULT]", "[]", "inheritance"),
    mutant("inheritance", "ahead.pop(0)", "ahead.pop()", "inheritance"),
    mutant(
        "inheritance", "known.setdefault(item.id, item)", "known[item.id] = item", "inheritance"
    ),
    mutant("model", "return found | given", "return given | found", "inheritance"),
    mutant(
        "expressions/parsing",
        'product "*" unary -> multiply',
        'unary "*" unary -> multiply',
        "expressions",
    ),
    mutant(
        "expressions/parsing",
        'postfix "^" unary -> raise_to',
        'postfix "^" postfix -> raise_to',
        "expressions",
    ),
    mutant(
        "expressions/parsing",
        "yield expression(text[start + 2 : end], start + 2)",
        "yield expression(text[start + 2 : end], start)",
        "expressions",
    ),
    mutant("expressions/parsing", "(of, *given)", "given", "expressions"),
    mutant("expressions/parsing", "if depth > DEEPEST:", "if False:", "expressions"),
    mutant("expressions/parsing", "if len(token) > LONGEST_NUMBER:", "if False:", "expressions"),
    mutant(
        "expressions/parsing",
        '_ESCAPED.sub(r"\\1", token[1:-1])',
        "str(token[1:-1])",
        "expressions",
    ),
    mutant(
        "expressions/functions",
        "whole if (left < 0) == (right < 0) else -whole",
        "left // right",
        "expressions",
    ),
    mutant(
        "expressions/functions",
        "moment.isoweekday() % Sunday",
        "moment.isoweekday()",
        "expressions",
    ),
    mutant(
        "expressions/functions",
        "(OverflowError, ZeroDivisionError)",
        "OverflowError",
        "expressions",
    ),
    mutant(
        "expressions/functions",
        "isinstance(left, int | float) and isinstance(right",
        "isinstance(left, int | float) or isinstance(right",
        "expressions",
    ),
    mutant("expressions/functions", "float(left) ** float(right)", "left ** right", "expressions"),
    mutant("expressions/joda", "moment.hour % 12 or 12", "moment.hour % 12", "expressions"),
    mutant("expressions/joda", "moment.hour or 24", "moment.hour", "expressions"),
    mutant(
        "expressions/joda",
        '.replace("\'\'", "\'") or "\'"',
        '.replace("\'\'", "\'")',
        "expressions",
    ),
    mutant("expressions/joda", "moment.isocalendar().year", "moment.year", "expressions"),
    mutant("expressions/joda", "value if count >= FULL", "value if count > FULL", "expressions"),
    mutant("expressions/evaluation", "if _is_list(parts):", "if False:", "expressions"),
    mutant(
        "expressions/evaluation",
        "raise Malformed(str(error), tree.at)",
        "raise Malformed(str(error), 0)",
        "expressions",
    ),
    mutant(
        "expressions/evaluation",
        "if len(known.takes) != len(tree.arguments):",
        "if len(known.takes) < len(tree.arguments):",
        "expressions",
    ),
    mutant("expressions/scopes", "if len(path) > NEAR and", "if len(path) > 9 and", "expressions"),
    mutant("expressions/scopes", "if step in self._trail or", "if False or", "expressions"),
    mutant(
        "expressions/scopes",
        "return self._parameters[name]\n        if step in",
        "return given\n        if step in",
        "expressions",
    ),
    mutant(
        "expressions/scopes",
        '"@componentParent" if name == "parent" else name',
        "name",
        "expressions",
    ),
    mutant("periods", "day=min(moment.day, last)", "day=min(moment.day, 28)", "expressions"),
]

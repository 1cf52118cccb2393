"""The mutants that the laws of the wire must kill; those of signatures are in sigv4_mutants."""

from tests.mutants.mutant import Mutant

CONSTRAINTS = ("tests/wire/test_constraints.py",)
NAMES = ("tests/wire/test_names.py",)
ORACLE = ("tests/wire/test_oracle.py",)
SERVICE = ("tests/wire/test_service.py",)
SHAPES = ("tests/wire/test_shapes.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/wire/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant(
        "shapes",
        "            omit_defaults=True,\n            repr",
        "            omit_defaults=False,\n            repr",
        SHAPES,
    ),
    mutant("shapes", "kind if wire in required else kind | None", "kind", SHAPES),
    mutant("shapes", "made = self._structs[name] = msgspec", "made = msgspec", SHAPES),
    mutant("shapes", "if checked else ())", "if True else ())", SHAPES),
    mutant("shapes", "if len(given) != 1:", "if len(given) > 1:", SHAPES),
    mutant("shapes", 'if checked and "enum" in shape:', 'if "enum" in shape:', SHAPES),
    mutant("shapes", "limits = meta(shape) if checked else None", "limits = None", CONSTRAINTS),
    mutant("shapes", "if name in self.loose_enums:", "if self.loose_enums:", CONSTRAINTS),
    mutant("shapes", "            frozen=True,\n", "", SHAPES),
    mutant("shapes", '"timestamp": float', '"timestamp": int', SHAPES),
    mutant("names", 'f"_{plural[0].lower()}"', "plural[0].lower()", NAMES),
    mutant(
        "names", 'return f"{words}_" if keyword.iskeyword(words) else words', "return words", NAMES
    ),
    mutant("constraints", r"\A(?a:{shape[", r"\A(?:{shape[", CONSTRAINTS),
    mutant("constraints", r'''_PAIRS)})\Z"''', r'''_PAIRS)})$"''', CONSTRAINTS),
    mutant("constraints", r""".replace(*_SURROGATE_PAIRS)""", "", CONSTRAINTS),
    mutant("constraints", 'None if kind == "map" else low', "low", CONSTRAINTS),
    mutant("constraints", "width - 1 if", "width if", CONSTRAINTS),
    mutant("constraints", "-width if", "-width - 1 if", CONSTRAINTS),
    mutant("constraints", "return _FIRST_SECOND, _LAST_SECOND", "return None, None", SHAPES),
    mutant("constraints", "measured > high", "measured >= high", CONSTRAINTS),
    mutant("constraints", "measured < low", "measured <= low", CONSTRAINTS),
    mutant("constraints", "(?ai:", "(?a:", CONSTRAINTS),
    mutant("constraints", "if not matches", "if matches", CONSTRAINTS),
    mutant("routing", "(?P<{labels[-1]}>.+)", "(?P<{labels[-1]}>[^/]+)", SERVICE),
    mutant("routing", 'unquote(value, errors="strict")', "unquote(value)", SERVICE),
    mutant("routing", "method == request.method and", "", SERVICE),
    mutant("routing", 'name is not None and request.method == "POST"', "name is not None", SERVICE),
    mutant("operation", "if name not in self._located}", "}", SERVICE),
    mutant(
        "operation",
        '            if values:\n                "".join(values).encode()',
        '            if values:\n                "".join(values)',
        SERVICE,
    ),
    mutant("operation", "keep_blank_values=True, ", "", SERVICE + CONSTRAINTS),
    mutant("operation", ', errors="strict"', "", SERVICE),
    mutant("operation", "(key, key.lower())", "(key,)", SERVICE),
    mutant(
        "operation",
        'request.body or b"{}")\n\n    def document',
        "request.body)\n\n    def document",
        SERVICE,
    ),
    mutant("operation", '"payload" in end or', "", SERVICE),
    mutant("refusals", "if value.get(key) is not None", "if key in value", CONSTRAINTS),
    mutant("refusals", " RuntimeError,", "", SHAPES),
    mutant("refusals", "any_case=name in self._shapes.loose_enums", "", CONSTRAINTS),
    mutant("refusals", "_LONGEST_MESSAGE)", "10**9)", CONSTRAINTS),
    mutant(
        "refusals",
        '                yield shape["key"]["shape"], key, f"{path} (key)"\n',
        "",
        CONSTRAINTS,
    ),
    mutant(
        "service",
        "        except _UNREADABLE as error:",
        "        except ValueError as error:",
        SERVICE,
    ),
    mutant(
        "service",
        "        except _UNREADABLE as malformed:",
        "        except ValueError as malformed:",
        SHAPES,
    ),
    mutant(
        "service",
        "except msgspec.ValidationError:  # a number that no type can hold",
        "except ZeroDivisionError:",
        SERVICE,
    ),
    mutant("service", '.encode("utf-8", "backslashreplace").decode()', "", SERVICE),
    mutant("service", "self.invalid if self._is_rest else", "self.invalid if True else", SERVICE),
    mutant("service", 'b"{}" if self._known[operation].output else b""', 'b"{}"', SERVICE),
    mutant("service", ".strip().lower() not in", ".strip() not in", SERVICE),
    mutant("service", '("x-amzn-ErrorType", fault.code)', '("x-amzn-Error", fault.code)', ORACLE),
    mutant("service", '"__type": f"', '"type": f"', ORACLE),
    mutant("service", "known = fault.code in self._declared", "known = True", SERVICE),
    mutant(
        "service",
        '(model["metadata"]["targetPrefix"], also)',
        '(model["metadata"]["targetPrefix"], None)',
        SERVICE,
    ),
    mutant(
        "service", "next((code for code in _FAILURES if", "next((code for code in () if", SERVICE
    ),
    mutant("service", '("x-amzn-RequestId", request_id)', '("x-amzn-Request", request_id)', ORACLE),
    mutant("service", "        if request.body:\n", "        if True:\n", SERVICE),
    mutant(
        "service",
        'metadata.get("signingName", metadata["endpointPrefix"])',
        'metadata["endpointPrefix"]',
        SERVICE,
    ),
    mutant(
        "service",
        'metadata.get("protocols", [metadata["protocol"]])',
        '[metadata["protocol"]]',
        SERVICE,
    ),
]

"""The mutants that the laws of the client must kill."""

from tests.mutants.mutant import Mutant

AIO = ("tests/client/test_aio.py",)
DEFINITIONS = ("tests/client/definitions_laws.py",)
JOBS = ("tests/client/test_jobs.py",)
NAMES = ("tests/client/names_laws.py",)
ONCE = ("tests/client/test_once.py",)
REVISIONS = ("tests/client/revisions_laws.py",)
S3 = ("tests/client/s3_laws.py", "tests/client/test_s3.py")
SESSIONS = ("tests/client/test_sessions.py",)
WAITING = ("tests/client/waiting_laws.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/client/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("names", "os.urandom(CHANCE).hex()", '"0" * 16', NAMES),
    mutant("names", "- len(chance) - 2", "- len(chance) - 1", NAMES),
    mutant("names", "shown = shown.astimezone(UTC)", "pass", NAMES),
    mutant("definitions", "made = copy(self)", "made = self", DEFINITIONS),
    mutant("definitions", "int(text) < 1", "int(text) < 0", DEFINITIONS),
    mutant("definitions", " if value is not None}", "}", DEFINITIONS),
    mutant("definitions", "return dict(found)", "return found", DEFINITIONS),
    mutant("fields", 'name == "name" or ', "", DEFINITIONS),
    mutant("fields", "if isinstance(value, kind):\n        return value", "pass", DEFINITIONS),
    mutant("s3", "> KEY_BYTES", ">= KEY_BYTES", S3),
    mutant("s3", "f\"{uri.key.rstrip('/')}/\"", "uri.key", S3),
    mutant("calls", "status in {401, 403}", "status == 401", S3),
    mutant("once", "raise caught_exception", "return", ONCE),
    mutant("once", 'raise ClientError(response[1], "SubmitJob")', "return", ONCE),
    mutant("once", 'if "jobId" not in answer:', "if False:", ONCE),
    mutant("once", "if not _OURS.get():", "if False:", ONCE),
    mutant("once", ", pause)) and unique:", ", pause)):", ONCE),
    mutant("once", "for seconds in LOOKS:", "for seconds in LOOKS[:0]:", ONCE),
    mutant("once", "isinstance(caught_exception, HTTPClientError)", "caught_exception", ONCE),
    mutant("logs", 'after == token.get("nextToken")', "after", JOBS),
    mutant("logs", "    except NotFound:\n", "    except ZeroDivisionError:\n", JOBS),
    mutant("logs", '"attempts", ())), container]', '"attempts", ())[-1:]), container]', JOBS),
    mutant("describing", "FULL = 100", "FULL = 101", JOBS),
    mutant("describing", "for one in wanted if one in found", "for one in found", JOBS),
    mutant("jobs", "        definition.validate()\n", "", JOBS),
    mutant("jobs", "            self.describe()  #", "            pass  #", JOBS),
    mutant("revisions", '"status": "ACTIVE"', '"status": "INACTIVE"', JOBS),
    mutant("failures", "if found else None", "if not found else None", JOBS),
    mutant("waiting", "SHORTEST / GROWTH", "SHORTEST", WAITING),
    mutant("waiting", ", LONGEST)", ", LONGEST * 2)", WAITING),
    mutant("waiting", "return min(self._pause, left)", "return self._pause", WAITING),
    mutant("waiting", ">= self._unseen", "> self._unseen", WAITING),
    mutant("sessions", "key = os.getpid(), service", "key = 0, service", SESSIONS),
    mutant("sessions", "while len(self.kept) > KEPT:", "while False:", SESSIONS),
    mutant("sessions", "None if _is_of_aws(endpoint) else endpoint", "endpoint", SESSIONS),
    mutant("aio", "UNSEEN if self.response else 0.0", "UNSEEN", AIO),
    mutant("aio", 'if check and job["status"]', 'if job["status"]', AIO),
    mutant("names", "if found else name", "if found else name.strip()", NAMES),
    mutant("revisions", "same(request, there)", "same(there, there)", REVISIONS),
    mutant("revisions", "if value is not False}", "if value is not None}", REVISIONS),
    mutant("revisions", '"environment": "name", ', "", REVISIONS),
    mutant("revisions", ".upper()}", "}", REVISIONS),
    mutant("revisions", "None if attempts == 1", "None if attempts", REVISIONS),
    mutant("revisions", '"propagateTags": False, ', "", REVISIONS),
    mutant("revisions", "return max(found, key=", "return min(found, key=", REVISIONS),
]

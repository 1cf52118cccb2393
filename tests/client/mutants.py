"""The mutants that the laws of the client must kill."""

from tests.mutants.mutant import Mutant

AIO = ("tests/client/test_aio.py",)
DEFINITIONS = ("tests/client/definitions_laws.py",)
JOBS = ("tests/client/test_jobs.py",)
NAMES = ("tests/client/names_laws.py",)
ONCE = ("tests/client/test_once.py",)
S3 = ("tests/client/s3_laws.py", "tests/client/test_s3.py")
SESSIONS = ("tests/client/test_sessions.py",)
WAITS = ("tests/client/test_waits.py",)
WATCHER = ("tests/client/test_watcher.py",)


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
    mutant("registering", "return max(revisions)", "return min(revisions)", JOBS),
    mutant("registering", '"status": "ACTIVE"', '"status": "INACTIVE"', JOBS),
    mutant("failures", "if found else None", "if not found else None", JOBS),
    mutant("sessions", "key = os.getpid(), service", "key = 0, service", SESSIONS),
    mutant("sessions", "while len(self.kept) > KEPT:", "while False:", SESSIONS),
    mutant("sessions", "endpoint if same or not is_of_aws(endpoint)", "endpoint if True", SESSIONS),
    mutant("asking", "shape.name != OUTPUT", "False", WATCHER),
    mutant("asking", "_NAME.decode(raw).job_id == job_id", "True", WATCHER),
    mutant(
        "watcher", "            if not self._watch.waits(waiter):\n", "            if 1:\n", WATCHER
    ),
    mutant("watcher", "                self._cancel(waiter)\n", "                raise\n", WATCHER),
    mutant("watcher", "self._tell(self._watch.give_up(error))", "pass", WATCHER),
    mutant(
        "watcher",
        "            self._thread = None\n        if",
        "            pass\n        if",
        WATCHER,
    ),
    mutant(
        "watcher",
        "            except Exception as error:  # noqa: BLE001",
        "            except OSError as error:  # noqa: BLE001",
        WATCHER,
    ),
    mutant("watchers", "if REGISTRY.shared.get(key) is gone:", "if True:", WATCHER),
    mutant("watchers", "client.meta.region_name, clients", '"", clients', WATCHER),
    mutant("waits", "if outcome.succeeded or on_failure", "if on_failure", WAITS),
    mutant("waits", "(ended or bad)[0]", "bad[-1]", WAITS),
    mutant("waits", "if len(outcomes) == 1 else", "if False else", WAITS),
    mutant("gathering", "self._failed += not outcome.succeeded", "pass", WAITS),
    mutant(
        "gathering",
        "            self._children.subtract(before.children)\n",
        "            pass\n",
        WAITS,
    ),
    mutant("gathering", "[before.status if before else NOT_SEEN] -= 1", "[NOT_SEEN] -= 1", WAITS),
    mutant("gathering", "for one in self.ids)\n", "for one in self.outcomes)\n", WAITS),
    mutant("gathering", "found.setdefault(one, job)", "found[one] = job", WAITS),
    mutant("aio", 'if check and job["status"]', 'if job["status"]', AIO),
]

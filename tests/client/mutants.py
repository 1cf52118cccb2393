"""The mutants that the laws of the client must kill."""

from tests.mutants.mutant import Mutant

AIO = ("tests/client/test_aio.py",)
DEFINITIONS = ("tests/client/definitions_laws.py",)
JOBS = ("tests/client/test_jobs.py",)
NAMES = ("tests/client/names_laws.py",)
ITEM_NAMES = ("tests/client/item_names_laws.py",)
FLOW = ("tests/client/test_flow.py",)
MANY = ("tests/client/test_many.py",)
RESUMED = ("tests/client/test_many_resumed.py",)
FOLDED = ("tests/client/test_many_folded.py",)
ORDERS = ("tests/client/orders_laws.py",)
ASKING = ("tests/client/test_asking.py",)
ONCE = ("tests/client/test_once.py",)
RESUBMITTING = ("tests/client/resubmitting_laws.py",)
REVISIONS = ("tests/client/revisions_laws.py",)
S3 = ("tests/client/s3_laws.py", "tests/client/test_s3.py")
SESSIONS = ("tests/client/test_sessions.py",)
TAILING = ("tests/client/test_tailing.py",)
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
    mutant(
        "once",
        "if (final := _FINAL.get()) is None:",
        "if (final := _FINAL.get() or 500) is None:",
        ONCE,
    ),
    mutant("once", ", pause)) and unique:", ", pause)):", ONCE),
    mutant("once", "for seconds in LOOKS:", "for seconds in LOOKS[:0]:", ONCE),
    mutant("once", "isinstance(caught_exception, HTTPClientError)", "caught_exception", ONCE),
    mutant("once", "TOO_MANY if paced else BROKEN", "BROKEN", ONCE),
    mutant("names", "[key, {**said,", "[{**said,", ITEM_NAMES),
    mutant("names", "json.dumps([*whole, occurrence], ", "json.dumps([*whole], ", ITEM_NAMES),
    mutant("names", "- DIGEST - ATTEMPT - 3", "- DIGEST - ATTEMPT - 2", ITEM_NAMES),
    mutant("names", '(one.get("name"))', "(one)", ITEM_NAMES),
    mutant("names", "len(key) > KEY or ", "", ITEM_NAMES),
    mutant("names", "sort_keys=True", "sort_keys=False", ITEM_NAMES),
    mutant("orders", "_number(last, field) + 1\n", "_number(item, field)\n", ORDERS),
    mutant("orders", "        and item.options == last.options\n", "", ORDERS),
    mutant("orders", "item.definition.revision, others", "0, others", ORDERS),
    mutant("orders", "len(run) < most and", "len(run) <= most and", ORDERS),
    mutant("orders", "if number and fold.offset is None:", "if False:", ORDERS),
    mutant(
        "orders",
        "        _check_begin(item, fold)\n        if run:\n            yield tuple(run)\n",
        "        if run:\n            yield tuple(run)\n        _check_begin(item, fold)\n",
        ORDERS,
    ),
    mutant("orders", "if name != fold.field\n", "if name\n", ORDERS),
    mutant("orders", "own if len(self.items) == 1 else", "own if not index else", ORDERS),
    mutant("orders", "{**shared, **own}", "{**own, **shared}", ORDERS),
    mutant("earlier", "self._seen[item] += 1", "self._seen[item] = 1", RESUMED),
    mutant("earlier", "attempt > found.get", "attempt >= found.get", RESUMED),
    mutant("earlier", "if queue not in self._queues:", "if True:", RESUMED),
    mutant("earlier", "attempt, found = attempt + 1, None", "attempt, found = 1, None", RESUMED),
    mutant("earlier", "self._resubmit_failed and", "", RESUMED),
    mutant("lacking", 'queues[0]["state"] != "ENABLED"', "False", MANY),
    mutant("lacking", "if active(client, definition) is None:", "if False:", MANY),
    mutant("lacking", "command = own or active(", "command = active(", FOLDED),
    mutant("crew", "                item.definition.validate()\n", "                pass\n", MANY),
    mutant("crew", "len(self.under_way) >= self._width", "False", MANY),
    mutant("flow", "        self._again.append(order)\n", "", FLOW),
    mutant("flow", "        self._wait_out(self._clock() + GRACE)\n", "", FLOW),
    mutant("flow", "raise error from told  #", "raise error  #", FLOW),
    mutant("flow", "self.jobs[first : first + len(jobs)] = jobs", "self.jobs += jobs", FLOW),
    mutant("flow", "            self._check(outcome)\n", "", MANY),
    mutant("flow", "> PATIENCE:", "> PATIENCE * 2:", FLOW),
    mutant("flow", "            self._throttled_since = None\n", "", FLOW),
    mutant("flow", "self._clock() + GRACE", "self._clock() + 2 * GRACE", FLOW),
    mutant("flow", "self._budget.take(now)", "pass", FLOW),
    mutant("flow", "if isinstance(error, Exception):", "if True:", FLOW),
    mutant("many", 'tuple(said["depends_on"])', 'iter(said["depends_on"])', MANY),
    mutant("logs", 'after == token.get("nextToken")', "after", JOBS),
    mutant("logs", "    except NotFound:\n", "    except ZeroDivisionError:\n", JOBS),
    mutant("logs", '"attempts", ())), container]', '"attempts", ())[-1:]), container]', JOBS),
    mutant("describing", "FULL = 100", "FULL = 101", JOBS),
    mutant("describing", "for one in wanted if one in found", "for one in found", JOBS),
    mutant("jobs", "        definition.validate()\n", "", JOBS),
    mutant("jobs", "            self.describe()  #", "            pass  #", JOBS),
    mutant("revisions", '"status": "ACTIVE"', '"status": "INACTIVE"', JOBS),
    mutant(
        "failures",
        "        first.add_note(message)\n",
        "        return type(first)(message)\n",
        WAITS,
    ),
    mutant("failures", "    made.__cause__ = error.__cause__\n", "", WAITS),
    mutant(
        "waits",
        "except (NotFound, Refused):\n            continue",
        "except NotFound:\n            continue",
        WAITS,
    ),
    mutant("waits", "            failed = error\n", "            raise\n", WAITS),
    mutant("waits", "return own(told.error)", "return told.error", WAITS),
    mutant("failures", "if found else None", "if not found else None", JOBS),
    mutant("sessions", "key = os.getpid(), service", "key = 0, service", SESSIONS),
    mutant("sessions", "while len(self.kept) > KEPT:", "while False:", SESSIONS),
    mutant("sessions", "endpoint if same or not is_of_aws(endpoint)", "endpoint if True", SESSIONS),
    mutant("asking", "shape.name != OUTPUT", "False", ASKING),
    mutant("asking", "self._places.get(job_id)", "next(iter(self._places.values()), None)", ASKING),
    mutant(
        "asking", "        except Exception:  #", "        except ZeroDivisionError:  #", ASKING
    ),
    mutant("asking", " or _is_of_batch(error)", " or True", ASKING),
    mutant("asking", "and not code.isdigit() ", "", ASKING),
    mutant("asking", "isinstance(error, RefusedCredentials) or ", "", ASKING),
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
        "            answer = self._ask(question.ids)\n        except Exception",
        "            answer = self._ask(question.ids)\n        except OSError",
        WATCHER,
    ),
    mutant(
        "watcher",
        "if self._thread is None or not self._thread.is_alive():",
        "if self._thread is None:",
        WATCHER,
    ),
    mutant("watcher", "    if answered and type", "    if type", WATCHER),
    mutant("watcher", "        self._answered = True\n", "", WATCHER),
    mutant("watcher", "is not threading.current_thread():", "is None:", WATCHER),
    mutant("watcher", "            if not self._askers:\n", "            if True:\n", WATCHER),
    mutant("sessions", '("profile"), self._environment)', '("profile"), _said())', SESSIONS),
    mutant("waits", "    finalize(outcomes, watched.close).atexit = False", "    pass", WATCHER),
    mutant("watchers", "if REGISTRY.shared.get(key) is gone:", "if True:", WATCHER),
    mutant("watchers", "client.meta.region_name, clients", '"", clients', WATCHER),
    mutant("tailing", " or token != reading.token", "", TAILING),
    mutant(
        "tailing",
        'page.get("nextForwardToken") or reading.token',
        'page.get("nextForwardToken")',
        TAILING,
    ),
    mutant("tailing", "        self._silence.end()\n", "", TAILING),
    mutant("tailing", "        if silent >= limit:\n", "        if silent > 2 * limit:\n", TAILING),
    mutant("tailing", " and colon and parent in self._places", " and colon", TAILING),
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
    mutant("aio", "raise cancelled from told", "raise cancelled", AIO),
    mutant("aio", "loop.call_soon_threadsafe(report, job)", "report(None)", AIO),
    mutant("aio", 'if check and job["status"]', 'if job["status"]', AIO),
    mutant("names", "if found else name", "if found else name.strip()", NAMES),
    mutant("revisions", "same(request, there)", "same(there, there)", REVISIONS),
    mutant("revisions", "if value is not False}", "if value is not None}", REVISIONS),
    mutant("revisions", '"environment": "name", ', "", REVISIONS),
    mutant("revisions", ".upper()}", "}", REVISIONS),
    mutant("revisions", "None if attempts == 1", "None if attempts", REVISIONS),
    mutant("revisions", '"propagateTags": False, ', "", REVISIONS),
    mutant("revisions", "return max(found, key=", "return min(found, key=", REVISIONS),
    mutant("resubmitting", "-le $((last - first))", "-lt $((last - first))", RESUBMITTING),
    mutant("resubmitting", "at=$((at - last + first - 1))", "at=$((at - 1))", RESUBMITTING),
    mutant("resubmitting", "index == found[-1][1] + 1", "index > found[-1][1]", RESUBMITTING),
    mutant("resubmitting", "was.indices[index] if was.indices else index", "index", RESUBMITTING),
    mutant("resubmitting", "if table and len(", "if table and 2 * len(", RESUBMITTING),
    mutant(
        "resubmitting", "> room:\n            yield", "> room + 1:\n            yield", RESUBMITTING
    ),
    mutant("resubmitting", "OVERRIDES - RESERVE - length", "9 * OVERRIDES - length", RESUBMITTING),
    mutant("resubmitting", 'if not k.startswith("aws:")', "if k", RESUBMITTING),
    mutant("resubmitting", "if len(new) == size:", "if len(new) > size:", RESUBMITTING),
]

"""The mutants of state changes from a queue: reading them, the source, and its installation."""

from tests.mutants.mutant import Mutant

MESSAGES = ("tests/polling/messages_laws.py",)
SOURCE = ("tests/client/test_events.py",)
SOURCES = ("tests/client/test_sources.py",)
WIRING = ("tests/client/wiring_laws.py",)
INSTALLING = ("tests/client/test_installing.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant(
        "client/sources",
        "            if not self._users[watcher]:\n",
        "            if True:\n",
        SOURCES,
    ),
    mutant(
        "client/sources",
        "            if self._longest is not None:\n",
        "            if False:\n",
        SOURCES,
    ),
    mutant(
        "client/sources",
        "if not audience.leave(self._watcher):",
        "if audience.leave(self._watcher):",
        SOURCES,
    ),
    mutant(
        "client/sources",
        "            self.release()\n            raise\n",
        "            raise\n",
        SOURCES,
    ),
    mutant(
        "client/sources",
        "            for watcher in list(self._users):\n",
        "            for watcher in list(self._users)[:1]:\n",
        SOURCES,
    ),
    mutant(
        "polling/messages", "(msgspec.MsgspecError, RecursionError", "(RecursionError", MESSAGES
    ),
    mutant("polling/messages", "RecursionError, UnicodeError", "UnicodeError", MESSAGES),
    mutant("polling/messages", "RecursionError, UnicodeError", "RecursionError", MESSAGES),
    mutant(
        "polling/messages", "if body.message else body", "if not body.message else body", MESSAGES
    ),
    mutant("polling/messages", "_read(body.message) if body.message else body", "body", MESSAGES),
    mutant(
        "polling/messages",
        "(event.source, event.detail_type)",
        "(SOURCE, event.detail_type)",
        MESSAGES,
    ),
    mutant(
        "polling/messages",
        "(event.source, event.detail_type)",
        "(event.source, DETAIL_TYPE)",
        MESSAGES,
    ),
    mutant(
        "polling/messages",
        "list(dict.fromkeys(job_id for job_id in named if job_id))",
        "[job_id for job_id in named if job_id]",
        MESSAGES,
    ),
    mutant("polling/messages", "for job_id in named if job_id", "for job_id in named", MESSAGES),
    mutant("client/events", "LONG_POLL if self._works else 0", "LONG_POLL", SOURCE),
    mutant("client/events", "LONG_POLL if self._works else 0", "0", SOURCE),
    mutant("client/events", "filter(self._watcher.watches, ids)", "ids", SOURCE),
    mutant("client/events", "        self._queue.delete(self._held)\n", "", SOURCE),
    mutant(
        "client/events",
        "self._held = self._queue.delete(messages)",
        "self._queue.delete(messages)",
        SOURCE,
    ),
    mutant("client/events", 'if not one.get("SenderFault")', "", SOURCE),
    mutant(
        "client/events",
        "        if self._stopped.is_set():\n            return False\n",
        "",
        SOURCE,
    ),
    mutant(
        "client/events",
        "            if not self._stopped.is_set():\n                self._watcher",
        "            if True:\n                self._watcher",
        SOURCE,
    ),
    mutant(
        "client/events", "            self._relax(self._longest)\n", "            pass\n", SOURCE
    ),
    mutant(
        "client/events",
        "            return 0.0\n        self._relax(None)",
        "            return 0.0",
        SOURCE,
    ),
    mutant(
        "client/events",
        "        finally:\n            self._relax(None, last=True)",
        "        finally:\n            pass",
        SOURCE,
    ),
    mutant("client/events", "not self._told and (", "(", SOURCE),
    mutant(
        "client/events", "self._failures > 1 or isinstance", "self._failures or isinstance", SOURCE
    ),
    mutant("client/events", "            self._told = True\n", "", SOURCE),
    mutant(
        "client/events",
        "self._failures, self._works, self._told = 0, True, False",
        "self._failures, self._works = 0, True",
        SOURCE,
    ),
    mutant(
        "client/events",
        "self._failures, self._works, self._told = 0, True, False",
        "self._works, self._told = True, False",
        SOURCE,
    ),
    mutant("client/events", "if not isinstance(error, RefusedCredentials):", "if True:", SOURCE),
    mutant(
        "client/events",
        "self._reading.is_alive():\n            return",
        "False:\n            return",
        SOURCE,
    ),
    mutant("client/events", 'retries={"total_max_attempts": 1}', "", SOURCE),
    mutant("client/events", ", LONGEST_PAUSE)", ", LONGEST_PAUSE * 2)", SOURCE),
    mutant("client/wiring", "sorted(set(statuses))", "list(statuses)", WIRING),
    mutant("client/wiring", "sorted(set(queues))", "list(queues)", WIRING),
    mutant("client/wiring", '        detail["jobQueue"] = only\n', "        pass\n", WIRING),
    mutant("client/wiring", "_read(found) == _read(wanted)", "found == wanted", WIRING),
    mutant("client/wiring", "NAME.fullmatch(name)", "NAME.match(name)", WIRING),
    mutant(
        "client/wiring",
        '"ArnEquals": {"aws:SourceArn": rule_arn}',
        '"ArnEquals": {"aws:SourceArn": "*"}',
        INSTALLING,
    ),
    mutant("client/wiring", "        return str(state)\n", "        pass\n", INSTALLING),
    mutant("client/wiring", "target(queue) not in targets", "not targets", INSTALLING),
    mutant("client/installing", "if there and not own", "if not own and False", INSTALLING),
    mutant(
        "client/installing", "        if not found.own_rule:\n", "        if False:\n", INSTALLING
    ),
    mutant(
        "client/installing", "        if not found.own_queue:\n", "        if False:\n", INSTALLING
    ),
    mutant("client/installing", 'State="ENABLED"', 'State="DISABLED"', INSTALLING),
    mutant(
        "client/installing",
        '        if others:\n            return [f"left',
        '        if False:\n            return [f"left',
        INSTALLING,
    ),
    mutant("client/installing", "{} if found.rule else", "{} if True else", INSTALLING),
]

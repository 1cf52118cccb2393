"""The mutants that the laws of scheduling must kill."""

from tests.mutants.mutant import Mutant

PLACEMENT = ("tests/batch/placement_laws.py",)
SHARES = ("tests/batch/shares_laws.py",)
WHY = ("tests/batch/why_laws.py",)
CAPACITY = ("tests/engine/chores/test_capacity.py",)
KEPT = ("tests/engine/test_scheduler.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    # rooms
    mutant("batch/rooms", "room.used + vcpus <= room", "room.used + vcpus < room", PLACEMENT),
    mutant("batch/rooms", "room is None or not room.enabled or", "room is None or", PLACEMENT),
    mutant(
        "batch/rooms",
        "return self.memory_used + size.demand.memory > self.memory",
        "return self.memory_used > self.memory",
        PLACEMENT,
    ),
    mutant(
        "batch/rooms",
        "-size.demand.vcpus, -size.demand.memory)",
        "-size.demand.vcpus, 0)",
        PLACEMENT,
    ),
    mutant(
        "batch/rooms",
        "        room.used += vcpus\n",
        "        room.used = max(0, vcpus)\n",
        PLACEMENT,
    ),
    mutant("batch/rooms", "room.vcpus, room.enabled = 0, False", "self._rooms.pop(arn)", PLACEMENT),
    mutant("batch/rooms", "stock.free < each.quantity", "stock.free < 1", PLACEMENT),
    mutant(
        "batch/rooms",
        "                stock.used -= quantity\n",
        "                pass\n",
        PLACEMENT,
    ),
    mutant("batch/rooms", "self.stocks[resource].total -= quantity", "pass", PLACEMENT),
    mutant("batch/rooms", "if not self.stocks[resource].replenished:", "if True:", PLACEMENT),
    mutant(
        "batch/rooms",
        "for _, room in self.known(order) if room.enabled)",
        "for _, room in self.known(order))",
        PLACEMENT,
    ),
    mutant("batch/rooms", "return None if holds else", "return None if True else", PLACEMENT),
    mutant(
        "batch/rooms",
        "in self.known(order) if size.demand.vcpus <= room.vcpus",
        "in self.known(order) if size.demand.vcpus <= room.free",
        PLACEMENT,
    ),
    mutant("batch/rooms", "            stock.total = 0\n", "            pass\n", KEPT),
    mutant("batch/rooms", "(full and not room.elsewhere)", "full", PLACEMENT),
    mutant(
        "batch/rooms",
        "            self.memory_used += -room.memory if elsewhere else room.memory\n",
        "",
        PLACEMENT,
    ),
    mutant("batch/rooms", "        if not room.elsewhere:\n", "        if True:\n", PLACEMENT),
    mutant(
        "batch/rooms",
        "any(room.elsewhere for room in wide)",
        "any(room.elsewhere for _, room in self.known(order))",
        PLACEMENT,
    ),
    # who waits
    mutant(
        "batch/waiting",
        "next(iter(self.jobs.items()))",
        "next(reversed(self.jobs.items()))",
        PLACEMENT,
    ),
    mutant(
        "batch/waiting",
        "        return -self.claim.priority\n",
        "        return self.claim.priority\n",
        PLACEMENT,
    ),
    mutant(
        "batch/waiting",
        "given[head.claim.share] += head",
        "given[head.claim.share] *= head",
        PLACEMENT,
    ),
    mutant(
        "batch/waiting",
        "            yield from heapq.merge(*self.lines())\n",
        "            yield from (h for line in self.lines() for h in line)\n",
        PLACEMENT,
    ),
    mutant("batch/waiting", "if self.rank < rank else 0", "if self.rank > rank else 0", WHY),
    mutant("batch/waiting", 'spec.share or ""', '""', KEPT),
    # turns
    mutant("batch/turns", "self._sizes.pop(size, None)", "self._sizes.clear()", PLACEMENT),
    mutant("batch/turns", "return queue.used > 0 and queue", "return queue", SHARES),
    mutant(
        "batch/turns",
        "(1 - queue.shares.reserved(len(active)))",
        "(1 - queue.shares.reserved(1))",
        PLACEMENT,
    ),
    mutant("batch/turns", "queue.used + size.demand.vcpus > most", "queue.used > most", PLACEMENT),
    mutant(
        "batch/turns",
        "            heapq.heappop(self._shares)\n        return None",
        "            return None\n        return None",
        PLACEMENT,
    ),
    mutant("batch/turns", "heapq.heapreplace(self._shares, self._entry(share))", "pass", PLACEMENT),
    mutant("batch/waiting", "if not any(share in rows for", "if all(share in rows for", PLACEMENT),
    # placement
    mutant(
        "batch/placement", "(-priority, UNKNOWN, *each)", "(priority, UNKNOWN, *each)", PLACEMENT
    ),
    mutant(
        "batch/placement",
        "heapq.heapreplace(contest, (priority, first.number, entry, turns))",
        "heapq.heappop(contest)",
        PLACEMENT,
    ),
    mutant(
        "batch/placement", "        if job_id in self._where:\n            return\n", "", PLACEMENT
    ),
    mutant(
        "batch/placement",
        "        self._changed = False\n        found:",
        "        found:",
        PLACEMENT,
    ),
    mutant(
        "batch/placement",
        "-vcpus, now)\n        self._forget(claim.queue, queue)\n        self._changed = True\n",
        "-vcpus, now)\n        self._forget(claim.queue, queue)\n",
        PLACEMENT,
    ),
    mutant(
        "batch/placement",
        "                turns.pass_over(line.claim.size)\n",
        "                heapq.heappop(contest)\n",
        PLACEMENT,
    ),
    mutant(
        "batch/placement",
        '            claim = claim._replace(share="", priority=0)\n',
        "            pass\n",
        PLACEMENT,
    ),
    mutant("batch/placement", "        queue.used -= vcpus\n", "", PLACEMENT),
    mutant(
        "batch/placement", "        queue.shares.hold(claim.share, -vcpus, now)\n", "", PLACEMENT
    ),
    mutant(
        "batch/placement",
        "queue in self.queues.values():\n                    self._follow",
        "queue in ():\n                    self._follow",
        PLACEMENT,
    ),
    mutant("batch/placement", "and not queue.used and not queue.sizes:", "or True:", PLACEMENT),
    mutant("batch/placement", "queue.shares.resume(claim.share, vcpus, since)", "pass", KEPT),
    # shares
    mutant(
        "batch/shares",
        "* left + self.vcpus / MS * (1 - left)",
        "* left + self.vcpus / MS * (left)",
        SHARES,
    ),
    mutant("batch/shares", "* decay / LN2", "* decay", SHARES),
    mutant("batch/shares", "self.weight(name) * (use", "(use", SHARES),
    mutant("batch/shares", "(use.vcpus + more) / MS * decay * AHEAD", "0", SHARES),
    mutant("batch/shares", "AHEAD: Final = 1 / 32", "AHEAD: Final = 1 / 2", SHARES),
    mutant("batch/shares", "        self._weights.clear()\n\n", "\n", SHARES),
    mutant(
        "batch/shares",
        "{name: self._settled(use, now) for name, use in self._uses.items()}",
        "dict(self._uses)",
        SHARES,
    ),
    mutant("batch/shares", "if use.vcpus or use.last > since)", "if use.vcpus)", SHARES),
    mutant("batch/shares", "** active)", "* active)", SHARES),
    mutant(
        "batch/shares", "if use.vcpus or use.later(now, self.decay) > NOTHING", "if True", SHARES
    ),
    mutant(
        "batch/shares",
        'return not pattern.endswith("*"), len(pattern)',
        "return True, len(pattern)",
        SHARES,
    ),
    mutant(
        "batch/shares",
        "use = self._uses.get(name, Use(0.0, since, since))",
        "use = Use(0.0, since, since)",
        SHARES,
    ),
    # why
    mutant(
        "batch/obstacles",
        "if not any(room.enabled for room in large.values()):",
        "if not large:",
        WHY,
    ),
    mutant("batch/obstacles", "        if each.quantity > free:\n", "        if not free:\n", WHY),
    mutant(
        "batch/obstacles", "    yield from _no_memory(placement.rooms, claim, rooms)\n", "", WHY
    ),
    mutant(
        "batch/obstacles",
        "if most is not None and exceeds(queue, most, claim.size):",
        "if most is not None:",
        WHY,
    ),
    mutant("batch/why", "ahead = first.index(head.job_id) if", "ahead = len(first) if", WHY),
    mutant(
        "batch/why", "resource.priority <= own.priority", "resource.priority < own.priority", WHY
    ),
    mutant("batch/why", "if r < ranks[share])", "if r <= ranks[share])", WHY),
    mutant("batch/obstacles", "if found == [Cause.MEMORY]:", "if Cause.MEMORY in found:", CAPACITY),
    mutant(
        "engine/chores/capacity", "sorted(held_up & self._held_up)", "sorted(held_up)", CAPACITY
    ),
    mutant("engine/chores/capacity", "sorted(self._held_up - held_up)", "()", CAPACITY),
    # what outlives a restart
    mutant(
        "engine/scheduler",
        "        self._used.add(job.spec.queue)\n        self._count(job)\n\n    def decide",
        "        self._count(job)\n\n    def decide",
        KEPT,
    ),
    mutant(
        "engine/scheduler",
        "            self._used.add(job.spec.queue)\n            self._count(job)\n        given,",
        "            self._count(job)\n        given,",
        KEPT,
    ),
    mutant(
        "engine/scheduler",
        "            if counted.total != resource.total:\n",
        "            if False:\n",
        KEPT,
    ),
    mutant("engine/scheduler", "in_use=stock.used if stock else 0", "in_use=resource.in_use", KEPT),
    mutant("engine/scheduler", "queue.shares.restore(_usage.decode(text))", "pass", KEPT),
    mutant(
        "engine/explaining",
        "stages = ({JobState.RUNNABLE}, WAITING, {JobState.STARTING})",
        "stages = ({JobState.STARTING},)",
        KEPT,
    ),
]

"""The mutants that the laws of what is counted must kill."""

from tests.mutants.mutant import Mutant

BOARD = ("tests/metrics/board_laws.py",)
EXPORTERS = ("tests/metrics/test_exporters.py",)
ENGINE = ("tests/engine/engine_laws.py",)
PIPELINES = ("tests/engine/pipelines_laws.py",)
METERING = ("tests/server/test_metering.py",)
AGES = ("tests/polling/ages_laws.py",)
SHOWN = ("tests/server/test_exporting.py",)


def mutant(module: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/{module}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("metrics/board", "(BUCKETS, seconds)", "(BUCKETS, seconds + 1e-9)", BOARD),
    mutant("metrics/board", "if series < MOST", "if series <= MOST", BOARD),
    mutant("metrics/board", "histogram.recent = []", "pass", BOARD),
    mutant("metrics/prometheus", "below += count", "below = count", EXPORTERS),
    mutant("metrics/statsd", "self._counted[name] = value", "pass", EXPORTERS),
    mutant("metrics/statsd", "self._shown = shown", "pass", EXPORTERS),
    mutant("metrics/statsd", "seconds * 1000", "seconds", EXPORTERS),
    mutant("metrics/standing", "job.status_reason in MISFITS", "False", ENGINE),
    mutant("metrics/standing", "and job.index is None", "", ENGINE),
    mutant("metrics/standing", "and was.status_reason == now.status_reason", "", ENGINE),
    mutant("metrics/standing", 'or instance.by != "runner"', "", PIPELINES),
    mutant("metrics/standing", "if status in HELD:", "if False:", PIPELINES),
    mutant("server/metering", "self._standings.job(None, job)", "pass", ENGINE),
    mutant("server/metering", "vcpus <= most", "vcpus < most", ENGINE),
    mutant("server/metering", "max(0, room.free)", "room.free", ENGINE),
    mutant("server/metering", "if len(now.attempts) == 1 else", "if True else", METERING),
    mutant("server/metering", "self._ended.extend(ended)", "pass", METERING),
    mutant("server/metering", "self._polls[where] -= 1", "pass", METERING),
    mutant("server/exporting", "is_loopback else HIDDEN", "is_loopback else None", SHOWN),
    mutant("polling/watch", "            job.answer.left -= 1\n", "", AGES),
    mutant("polling/waited", "        self.answer.left -= 1\n", "", AGES),
]

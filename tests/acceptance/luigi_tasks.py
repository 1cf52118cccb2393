"""A luigi project of AWS Batch tasks: one that needs another, and one that fails."""

import luigi
from luigi.contrib.batch import BatchTask


class Greets(BatchTask):  # type: ignore[misc] # luigi has no types
    """A job of the definition ``greets``, which is done when it has succeeded once."""

    job_definition = luigi.Parameter("greets")
    poll_time = luigi.IntParameter(1)
    whom = luigi.Parameter()
    code = luigi.Parameter("0")
    over = False

    @property
    def parameters(self) -> dict[str, str]:
        return {"whom": self.whom, "code": self.code}

    def run(self) -> None:
        super().run()
        type(self).over = True

    def complete(self) -> bool:
        return self.over


class GreetsAgain(Greets):
    """Begins after ``Greets``."""

    def requires(self) -> Greets:
        return Greets(whom="ada")

"""Jobs as DescribeJobs shows them: formed once, until they change.

People ask about the same jobs again and again, a hundred at a time; most answers are only put
together from what has been formed before.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from batchyard.batch.ids import Place
from batchyard.engine.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from batchyard.batch.model import Job
    from batchyard.store.seam import Store


class Shown:
    """Keeps the JobDetail JSON of live jobs and of those that ended last.

    Args:
        jobs: every live job, by id.
        store: where ended ones are read.
        present: forms a job's JobDetail JSON.
    """

    def __init__(
        self, jobs: Mapping[str, Job], store: Store, present: Callable[[Job], bytes]
    ) -> None:
        """Begin with none formed."""
        self._jobs = jobs
        self._store = store
        self._present = present
        self._live: dict[tuple[str, str], dict[str, bytes]] = defaultdict(dict)
        self._recent = Recent()

    def detail(self, job: Job) -> bytes:
        """Give a live job's JobDetail JSON."""
        kept = self._live[job.spec.account, job.spec.region]
        found = kept.get(job.id)
        if found is None:
            found = kept[job.id] = self._present(job)
        return found

    def form(self, job: Job) -> bytes:
        """Form a job's JobDetail JSON, such as it was once; nothing is kept."""
        return self._present(job)

    def details(self, place: Place, job_ids: Sequence[str]) -> list[bytes]:
        """Give the JobDetail JSON of jobs, live or ended, in the order asked for.

        Ids that are not known, or are another place's, are left out.
        """
        live, ended = self._live[place], self._recent.of(place)
        shown = [live.get(name) or ended.get(name) for name in job_ids]
        if None in shown:
            self._form(place, job_ids)
            missing = [name for name in job_ids if name not in live and name not in ended]
            stored = self._store.details(place, missing) if missing else {}
            shown = [live.get(n) or ended.get(n) or stored.get(n) for n in job_ids]
            self._recent.put(place, stored)
        return [detail for detail in shown if detail is not None]

    def _form(self, place: Place, job_ids: Sequence[str]) -> None:
        for job in [self._jobs[name] for name in job_ids if name in self._jobs]:
            if _place(job) == place:
                self.detail(job)

    def changed(self, job: Job) -> None:
        """Forget how a job was shown: it is not so any more."""
        self._live[job.spec.account, job.spec.region].pop(job.id, None)
        if job.ended:  # or the recent one would be shown until this one is on disk
            self.detail(job)

    def ended(self, job: Job) -> None:
        """Keep an ended job with the recent ones: it lives no more."""
        place = _place(job)
        self._recent.put(place, {job.id: self.detail(job)})
        del self._live[place][job.id]

    def clear(self) -> None:
        """Forget the ended ones: the store has forgotten some."""
        self._recent.clear()


def _place(job: Job) -> Place:
    return Place(job.spec.account, job.spec.region)

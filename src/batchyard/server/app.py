"""The composition root: every part of a yard is made here, and put together."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from batchyard.batch.states import PLACED
from batchyard.engine import machine
from batchyard.engine.chance import Ids
from batchyard.engine.chores.capacity import Capacity
from batchyard.engine.chores.log_retention import LogRetention
from batchyard.engine.chores.retention import Retention
from batchyard.engine.chores.time_limits import TimeLimits
from batchyard.engine.clock import LoopClock
from batchyard.engine.engine import Engine
from batchyard.engine.parts import Parts, Settings
from batchyard.launchers.output import Output
from batchyard.launchers.processes import Embedded, Processes
from batchyard.launchers.summons import Folders
from batchyard.pipelines.rules import Policy
from batchyard.pipelines.tasks import Leases
from batchyard.server import exporting
from batchyard.server.access import PATHS, Access, leading
from batchyard.server.asgi import application
from batchyard.server.console.console import Console
from batchyard.server.console.kit import Services
from batchyard.server.courier import Courier
from batchyard.server.doors import Doors
from batchyard.server.gate import Gate, origins_of, own_hosts
from batchyard.server.gateway import Gateway, Served
from batchyard.server.house import House
from batchyard.server.keys import Keys, Ring, load_or_create
from batchyard.server.models import load
from batchyard.server.operations import batch, logs, pipelines
from batchyard.server.operations.batch.defaults import default_resources
from batchyard.server.operations.batch.presenting import JobPresenter
from batchyard.server.options import DAY_MS
from batchyard.server.surroundings import Surroundings
from batchyard.server.targets.eventbridge import EventBridge
from batchyard.server.throttling import Throttle
from batchyard.store.memory import MemoryStore
from batchyard.store.writer import Writer
from batchyard.wire import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.batch.ids import Place
    from batchyard.batch.resources import ComputeEnvironment, JobQueue
    from batchyard.errors import BatchyardError
    from batchyard.launchers.seam import Launcher
    from batchyard.server.asgi import Application
    from batchyard.server.metering import Metering
    from batchyard.server.neighbours.moto import Moto
    from batchyard.server.options import Options
    from batchyard.server.targets.seam import Target
    from batchyard.store.seam import Store

log = logging.getLogger(__name__)

LOOSE = frozenset({"RetryAction"})
"""Enums that AWS takes in any case (EvaluateOnExit: "The values aren't case sensitive")."""

PIPELINES = "DataPipeline_20121129"
"""The target prefix of Data Pipeline's guide, dp-api-http.html; the model has another."""

SETL = "com.amazon.setl.webservice#"
"""What stands before Data Pipeline's error codes, in that guide and in the API's reference."""


class Presenter:
    """Forms what the Batch service shows.

    Args:
        service: the Batch service.
        vcpus: the room of the default environment, in whole vCPUs.
        default_queue: whether a place begins with the queue ``default``.
    """

    def __init__(self, service: Service, vcpus: int, *, default_queue: bool) -> None:
        """Take the service's structs."""
        self._types = service.types
        self._vcpus = vcpus
        self._default_queue = default_queue
        self.detail = JobPresenter(service.types).detail

    def defaults(self, place: Place) -> tuple[ComputeEnvironment | JobQueue, ...]:
        """Form what a new place begins with."""
        if not self._default_queue:
            return ()
        return default_resources(self._types, place, self._vcpus)


class Yard:
    """A yard in this process: everything but the socket.

    Args:
        options: how it is started.
        metering: counts what happens; None: nobody could see it.

    Attributes:
        gone: told when no supervisor can be kept alive: nothing runs any more.
        targets: who is told what EventBridge is told of jobs; add to them before `start`.
    """

    def __init__(self, options: Options, metering: Metering | None = None) -> None:
        """Make the parts that last; the engine begins at `start`."""
        self.options = options
        self.metering = metering
        self._ids = Ids()
        self.gone: Callable[[BatchyardError], None] = _log_gone
        self.keys: Keys = load_or_create(options.data_dir)
        self._ring = Ring(self.keys, LoopClock().now)
        self._access = Access(
            self.keys, self.current, LoopClock().now, every_service=options.with_moto
        )
        self._moto: Moto | None = None
        self._batch = Service(load("batch"), loose_enums=LOOSE)
        self._logs = Service(load("logs"))
        self._pipelines = Service(load("datapipeline"), also=PIPELINES, namespace=SETL)
        self._images = options.known_images()
        self.targets: list[Target] = list(options.targets())
        self._couriers: list[Courier] = []
        self.console = Console(
            self.current,
            Services(self._batch, self._logs, self._pipelines),
            None if options.ephemeral else options.data_dir,
            LoopClock().now,
        )
        output = options.task_output or options.data_dir / "tasks"
        self._surroundings = Surroundings(options.data_dir, output, self._settings().base)
        self._folder = self._state_folder()
        self.output = Output(self._folder / "logs")
        self.store: Store = self._new_store()
        self._writer = Writer(self.store)
        self.engine: Engine | None = None
        self._minutely: tuple[TimeLimits | Capacity, ...] = ()
        self._chores: tuple[Retention | LogRetention, ...] = ()

    def _state_folder(self) -> Path:
        if self.options.ephemeral:
            return Path(tempfile.mkdtemp(prefix="batchyard-"))
        return self.options.data_dir

    def _new_store(self) -> Store:
        if self.options.ephemeral:
            return MemoryStore()
        from batchyard.store.sqlite import SQLiteStore

        return SQLiteStore(self._folder / "yard.db")

    async def start(self) -> None:
        """Take up what the data directory holds, and begin to run jobs.

        Raises:
            YardError: the state cannot be read, or attempts cannot be run.
        """
        self._writer.start()
        await self._begin()
        keep = int(self.options.retention_days * DAY_MS)
        clock = LoopClock()
        self._chores = (
            Retention(self.store, self.output, clock, keep, self._forgot),
            LogRetention(self.store, self.output, clock),
        )
        for chore in self._chores:
            chore.start()
        if self._moto is not None:
            self._moto.start()  # last: it takes a processor for a second

    def _forgot(self) -> None:
        if self.engine is not None:
            self.engine.shown.clear()

    async def _begin(self) -> None:
        settings = self._settings()
        presenter = Presenter(self._batch, settings.vcpus, default_queue=self.options.default_queue)
        metering = self.metering
        if metering is not None:
            metering.begin()
        parts = Parts(
            store=self.store,
            writer=self._writer if metering is None else metering.written(self._writer),
            launcher=self._new_launcher(),
            output=self.output,
            clock=LoopClock(),
            new_id=self._ids.uuid,
            presenter=presenter,
            surroundings=self._surroundings,
            offered=self._access.offered,
            watchers=(self.console.watch, *(() if metering is None else (metering.changed,))),
            instance_watchers=() if metering is None else (metering.moved,),
        )
        self.engine = Engine(settings, parts)
        await self.engine.start()
        self.console.adopt(self.engine)
        if metering is not None:
            metering.follow(self.engine)
        self._minutely = TimeLimits(self.engine, LoopClock()), Capacity(self.engine, LoopClock())
        for chore in self._minutely:
            chore.start()
        bulletin = self.engine.bulletin
        told = None if metering is None else metering.delivered
        self._couriers = [Courier(each, bulletin, self.store, told=told) for each in self.targets]
        for courier in self._couriers:
            courier.start()

    def _settings(self) -> Settings:
        options = self.options
        return Settings(
            account=options.account,
            vcpus=machine.vcpus(),
            memory=machine.memory(),
            minimum_timeout=options.minimum_timeout,
            base=machine.minimal_environment(os.environ, options.pass_env),
            images=self._images,
            poll_hold=options.poll_hold,
            leases=Leases(options.acknowledge_timeout, options.progress_timeout),
            policy=Policy(options.maximum_retries, options.retry_delay),
            targets=tuple(target.name for target in self.targets),
            aws_quotas=options.aws_quotas,
        )

    def _new_launcher(self) -> Launcher:
        folder = self._folder
        folders = Folders(folder / "supervisor", folder / "logs", folder / "work")
        kind = Embedded if self.options.ephemeral else Processes
        return kind(folders, gone=self._gone)

    def _gone(self, error: BatchyardError) -> None:
        self.gone(error)

    async def stop(self, *, jobs: bool = False) -> None:
        """Write everything down and let go; twice is fine.

        Args:
            jobs: end every attempt first; without it they run on, and the next start finds them.
        """
        engine, self.engine = self.engine, None
        self.console.stop()
        for chore in self._chores:
            await chore.stop()
        self._stop_minutely()
        await self._stop_couriers()
        try:
            await self._surroundings.stop()
            if engine is not None:
                await engine.stop(jobs=jobs or self.options.ephemeral)
            if self._moto is not None:
                await self._moto.stop()
        finally:
            self._writer.stop()
            self.store.close()
            if self.options.ephemeral:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _stop_minutely(self) -> None:
        for chore in self._minutely:
            chore.stop()

    async def _stop_couriers(self) -> None:
        for courier in self._couriers:
            await courier.stop()

    def answers_at(self, url: str) -> None:
        """Note where this yard can be reached: jobs, and resources' task runners, need it."""
        self._surroundings.url = url
        self.console.answers_at(url)
        self._access.url = url if self.options.job_access else None
        if self.options.with_moto:
            self._lead_to_moto(url)

    def _lead_to_moto(self, url: str) -> None:
        """Have moto answer beside this yard, and lead to it what would else go to AWS."""
        from batchyard.server.neighbours.moto import BUS, Moto

        self._moto = Moto(self.options.account, self.keys, url)
        self._surroundings.aws = aws = leading(url, self.keys)
        keys = self.keys.access_key_id, self.keys.secret_access_key
        self.targets.append(EventBridge(endpoint=aws["AWS_ENDPOINT_URL"], keys=keys, name=BUS))

    def running(self) -> list[str]:
        """Name the jobs that hold an attempt now."""
        jobs = self.engine.jobs.values() if self.engine is not None else ()
        return [job.id for job in jobs if job.state in PLACED]

    async def reset(self) -> None:
        """Empty an ephemeral yard: end what runs, forget everything."""
        if self.engine is not None:
            await self._surroundings.stop()
            self._stop_minutely()
            await self._stop_couriers()
            await self.engine.stop(jobs=True)
        self.store.clear()
        if self._moto is not None:
            await self._moto.reset()
            self._ring.forget()
        await self._begin()

    def gateway(self, port: int) -> Gateway:
        """Form the gateway for a yard that listens on a port."""
        throttle = Throttle(LoopClock().now)
        limited = throttle.limited(pipelines.OPERATIONS)
        operations = limited if self.options.aws_quotas else pipelines.OPERATIONS
        metering = self.metering
        if metering is not None:
            operations = metering.polled(operations)
        services = {
            self._batch.name: Served(self._batch, batch.OPERATIONS),
            self._logs.name: Served(self._logs, logs.OPERATIONS),
            self._pipelines.name: Served(self._pipelines, operations),
        }
        reset = self.reset if self.options.ephemeral else None
        house = House(self.current, self.console.link, reset)
        called = None if metering is None else metering.called
        gate = self._gate(port)
        return Gateway(gate, services, house, self.current, self._ids.uuid, called)

    def application(self, port: int) -> Application:
        """Form the ASGI application of a yard that listens on a port: pages and the gateway."""
        signed = self._signed(port)
        pages: dict[str, Application] = {
            PATHS: self._access,
            exporting.PATH: exporting.page(self.options, self.metering),
            **self.console.pages(signed),
        }
        return Doors(self._gate(port), pages, signed)

    def _signed(self, port: int) -> Application:
        """Form what answers signed requests: the gateway, and moto beside it."""
        gateway = application(self.gateway(port))
        if self._moto is None:
            return gateway
        from batchyard.server.neighbours.front import Front

        ours = frozenset((self._batch.name, self._logs.name, self._pipelines.name))
        return Front(self._gate(port), self._ring, ours, self._moto, gateway, self._ids.uuid)

    def _gate(self, port: int) -> Gate:
        options = self.options
        hosts = own_hosts(options.host, port, options.names)
        origins = origins_of(hosts, options.names)
        return Gate(self._ring, hosts, options.auth, origins, LoopClock().now)

    def current(self) -> Engine:
        """Give the engine of the moment."""
        assert self.engine is not None  # noqa: S101 - requests come after start and before stop
        return self.engine


def _log_gone(error: BatchyardError) -> None:
    log.critical("no job can be run any more: %s", error)

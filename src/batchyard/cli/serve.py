"""``batchyard serve``: a yard on a socket."""

from __future__ import annotations

import logging
from pathlib import Path
from types import ModuleType

import click

from batchyard.errors import Refused


@click.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=4680,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port; 0 takes any that is free.",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where keys, jobs and logs are kept.  [default: the user's data directory]",
)
@click.option("--ephemeral", is_flag=True, help="Keep nothing: state in memory, gone at the end.")
@click.option("--no-auth", is_flag=True, help="Accept any key (on this machine only).")
@click.option("--pass-env", multiple=True, metavar="NAME", help="Give jobs this variable, too.")
@click.option("--no-default-queue", is_flag=True, help="Begin without the queue `default`.")
@click.option(
    "--minimum-timeout",
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="Shortest attemptDurationSeconds to take; AWS takes 60.",
)
@click.option("--account-id", default="123456789012", show_default=True, help="Account in ARNs.")
@click.option(
    "--retention",
    default=7.0,
    show_default=True,
    metavar="DAYS",
    help="How long ended jobs and their logs stay.",
)
@click.option("--allow-host", multiple=True, metavar="NAME", help="Answer to this name, too.")
@click.option(
    "--image-command",
    "image_commands",
    multiple=True,
    metavar="IMAGE=CMD",
    help="What a job without a command runs: the image's CMD.",
)
@click.option(
    "--image-entrypoint",
    "image_entrypoints",
    multiple=True,
    metavar="IMAGE=CMD",
    help="What stands before the command of every job: the image's ENTRYPOINT.",
)
@click.option(
    "--images",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Both of many images: a TOML file with a table per image.",
)
@click.option(
    "--service-job-command",
    "service_job_commands",
    multiple=True,
    metavar="TYPE=CMD",
    help="What a service job runs here; without one it ends FAILED.",
)
@click.option(
    "--task-output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where what pipelines print is kept.  [default: DATA-DIR/tasks]",
)
@click.option(
    "--poll-hold",
    default=90.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a PollForTask waits: less for clients whose read timeout is shorter.",
)
@click.option(
    "--acknowledge-timeout",
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="When a task that no runner has reported about is offered again.",
)
@click.option(
    "--progress-timeout",
    default=900.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a task runner may be silent about a task.",
)
@click.option(
    "--maximum-retries",
    default=2,
    show_default=True,
    help="How often an activity is tried again, where its object does not say.",
)
@click.option(
    "--retry-delay",
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="How long that takes at least, where its object does not say.",
)
@click.option(
    "--aws-quotas",
    is_flag=True,
    help="Refuse what goes beyond Data Pipeline's quotas: 100 pipelines, calls per second.",
)
@click.option(
    "--events-to",
    multiple=True,
    metavar="TARGET",
    help="Tell this target what EventBridge is told of jobs: `sqs:URL`, `eventbridge:BUS[@URL]`, "
    "`file:PATH`, or a webhook's URL.",
)
@click.option(
    "--metrics/--no-metrics",
    default=None,
    help="Show /metrics to Prometheus.  [default: where only this machine can ask]",
)
@click.option(
    "--metrics-prefix",
    default="batchyard",
    show_default=True,
    metavar="NAME",
    help="What names of metrics begin with; `airflow` suits dashboards for Airflow.",
)
@click.option("--statsd", metavar="HOST:PORT", help="Send metrics to this StatsD server.")
@click.option("--stop-jobs", is_flag=True, help="End running jobs when the yard stops.")
@click.option(
    "--leave-with-parent",
    is_flag=True,
    help="Stop when standard input ends: for a program that starts a yard.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
def command(  # noqa: PLR0913 - one argument per option
    *,
    host: str,
    port: int,
    data_dir: Path | None,
    ephemeral: bool,
    no_auth: bool,
    pass_env: tuple[str, ...],
    no_default_queue: bool,
    minimum_timeout: int,
    account_id: str,
    retention: float,
    allow_host: tuple[str, ...],
    image_commands: tuple[str, ...],
    image_entrypoints: tuple[str, ...],
    images: Path | None,
    service_job_commands: tuple[str, ...],
    task_output: Path | None,
    poll_hold: float,
    acknowledge_timeout: float,
    progress_timeout: float,
    maximum_retries: int,
    retry_delay: int,
    aws_quotas: bool,
    events_to: tuple[str, ...],
    metrics: bool | None,
    metrics_prefix: str,
    statsd: str | None,
    stop_jobs: bool,
    leave_with_parent: bool,
    verbose: bool,
) -> None:
    """Run a yard: an AWS Batch endpoint that runs jobs on this machine.

    Prints `ready http://HOST:PORT` once it answers. Point clients at it with
    eval "$(batchyard env)".

    Images are not pulled: a job's command runs on this machine, as you; say with
    --image-command what an image would run. Stopping the yard leaves running jobs alone; the
    next start finds them again.

    \b
    Examples:
      batchyard serve
      batchyard serve --ephemeral --port 0
      batchyard serve --data-dir ./yard --pass-env VIRTUAL_ENV
      batchyard serve --image-command 'lab/census:2=python3 -m census'
      batchyard serve --image-entrypoint 'lab/align=python3 align.py' --images images.toml
      batchyard serve --events-to file:events.jsonl
    """
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="batchyard: %(message)s"
    )
    options, serving = _server()
    serving.serve(
        options.Options(
            host=host,
            port=port,
            data_dir=(data_dir or options.user_data_dir()).absolute(),
            ephemeral=ephemeral,
            auth=not no_auth,
            pass_env=pass_env,
            default_queue=not no_default_queue,
            minimum_timeout=minimum_timeout,
            account=account_id,
            retention_days=retention,
            stop_jobs=stop_jobs,
            leave_with_parent=leave_with_parent,
            names=allow_host,
            image_commands=image_commands,
            image_entrypoints=image_entrypoints,
            images=images,
            service_job_commands=service_job_commands,
            task_output=None if task_output is None else task_output.absolute(),
            poll_hold=poll_hold,
            acknowledge_timeout=acknowledge_timeout,
            progress_timeout=progress_timeout,
            maximum_retries=maximum_retries,
            retry_delay=retry_delay,
            aws_quotas=aws_quotas,
            events_to=events_to,
            metrics=metrics,
            metrics_prefix=metrics_prefix,
            statsd=statsd,
        ),
        say=click.echo,
        warn=lambda remark: click.echo(f"batchyard: {remark}", err=True),
    )


def _server() -> tuple[ModuleType, ModuleType]:
    try:
        from batchyard.server import options, serving
    except ModuleNotFoundError as error:
        if error.name not in {"uvicorn", "httptools"}:
            raise
        message = f"{error.name} is not installed: pip install 'batchyard[server]'"
        raise Refused(message) from None
    return options, serving

"""``batchyard runner``: takes tasks of a worker group from AWS Data Pipeline and runs them here."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import click
import msgspec

from batchyard.cli.metered import metered
from batchyard.errors import Refused

if TYPE_CHECKING:
    from batchyard.cli.target import Target
    from batchyard.client.sessions import Client, Connection
    from batchyard.metrics.exporting import Ways
    from batchyard.runner.hosting import Settings

INTERRUPTED = 130


@click.command(name="runner")
@click.option(
    "--worker-group", "--workerGroup", required=True, metavar="NAME", help="Whose tasks to take."
)
@click.option(
    "--tasks",
    type=click.IntRange(1, 1000),
    default=2,
    show_default=True,
    help="Activities that run at once.",
)
@click.option("--endpoint", metavar="URL", help="A URL, or `aws`.  [default: see below]")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Poll the yard of this data directory; its key, and its address without --endpoint.",
)
@click.option("--region", help="The region.  [default: yours, else us-east-1]")
@click.option("--profile", help="Go to AWS with this profile of your AWS configuration.")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help='AWS Task Runner\'s credentials.json: {"access-id": …, "private-key": …}.',
)
@click.option("--access-id", "--accessId", "--accessID", help="Access key id; wins over --config.")
@click.option("--secret-key", "--secretKey", help="The secret that goes with it.")
@click.option(
    "--taskrunner-id",
    "--taskrunnerId",
    metavar="ID",
    default="",
    help="What heartbeats call this runner.  [default: its host and a number of its own]",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where logs of tasks are kept.  [default: `runner` in the user's data directory]",
)
@click.option(
    "--log-uri",
    "--logUri",
    metavar="S3",
    help="Where in S3 what the runner says is copied, every hour and at the end.",
)
@click.option(
    "--leave-with-parent",
    is_flag=True,
    help="Stop, tasks and all, when standard input ends: for a program that starts runners.",
)
@metered
@click.option("--quiet", "-q", is_flag=True, help="Say nothing while it runs.")
@click.option("--proxy-host", "--proxyHost", metavar="HOST", help="Go through this HTTP proxy.")
@click.option("--proxy-port", "--proxyPort", type=click.IntRange(1, 65535), help="Its port.")
@click.option("--proxy-username", "--proxyUsername", metavar="NAME", help="Who we are to it.")
@click.option("--proxy-password", "--proxyPassword", metavar="WORD", help="Our password there.")
@click.option(
    "--proxy-domain", "--proxyDomain", metavar="NAME", help="Refused: NTLM is not spoken."
)
@click.option(
    "--proxy-workstation", "--proxyWorkstation", metavar="NAME", help="Refused, as --proxy-domain."
)
def command(  # noqa: PLR0913 - one argument per option
    *,
    worker_group: str,
    tasks: int,
    endpoint: str | None,
    data_dir: Path | None,
    region: str | None,
    profile: str | None,
    config: Path | None,
    access_id: str | None,
    secret_key: str | None,
    taskrunner_id: str,
    output: Path | None,
    log_uri: str | None,
    leave_with_parent: bool,
    metrics: str | None,
    metrics_prefix: str,
    statsd: str | None,
    quiet: bool,
    proxy_host: str | None,
    proxy_port: int | None,
    proxy_username: str | None,
    proxy_password: str | None,
    proxy_domain: str | None,
    proxy_workstation: str | None,
) -> int:
    """Take tasks of a worker group from AWS Data Pipeline and run them here, as you.

    Options are AWS Task Runner's, in its spelling and in ours. Without --endpoint and --data-dir it
    polls AWS_ENDPOINT_URL_DATA_PIPELINE or AWS_ENDPOINT_URL, else your running yard, else AWS.

    It runs ShellCommandActivity, ShellCommandPrecondition and Exists, and attempts of Batch jobs
    that a yard offers to worker groups. SIGTERM or Ctrl-C: it polls no more, and leaves once its
    tasks have ended; again: they are stopped.

    \b
    Examples:
      batchyard runner --worker-group wg-12345
      batchyard runner --worker-group wg-12345 --data-dir ./yard --tasks 8
      batchyard runner --worker-group wg-12345 --metrics 9464
      batchyard runner --config credentials.json --workerGroup=wg-12345 --region=eu-west-1
    """
    if proxy_domain or proxy_workstation:
        raise Refused("an NTLM proxy is not spoken to: go through one that takes a password")
    keys = _keys(config, access_id, secret_key)
    target, storage = _target(_Where(endpoint, data_dir, region, profile), keys)
    proxies = _proxies(proxy_host, proxy_port, proxy_username, proxy_password)
    settings = _settings(target.connection, storage, proxies, output)
    from batchyard.client.s3 import S3Uri

    chosen = settings._replace(
        worker_group=worker_group,
        tasks=tasks,
        runner_id=taskrunner_id,
        log_uri=S3Uri(log_uri) if log_uri else None,
        leave_with_parent=leave_with_parent,
        metrics=_ways(metrics, statsd, metrics_prefix),
    )
    from batchyard.runner.hosting import serve

    interrupted = asyncio.run(serve(chosen, _silent if quiet else say))
    return INTERRUPTED if interrupted else 0


def say(sentence: str) -> None:
    """Tell what happens; standard output is nobody's."""
    click.echo(f"batchyard: {sentence}", err=True)


def _silent(sentence: str) -> None:
    """Tell nothing."""


def _ways(listen: str | None, statsd: str | None, prefix: str) -> Ways:
    from batchyard.metrics.address import address_of, listening_at
    from batchyard.metrics.exporting import Ways

    where = listening_at(listen) if listen is not None else None
    return Ways(where, address_of(statsd) if statsd is not None else None, prefix)


class _Where(NamedTuple):
    endpoint: str | None
    data_dir: Path | None
    region: str | None
    profile: str | None


class _Config(msgspec.Struct):
    """AWS Task Runner's credentials.json."""

    access_id: str = msgspec.field(name="access-id")
    private_key: str = msgspec.field(name="private-key")


def _keys(
    config: Path | None, access_id: str | None, secret_key: str | None
) -> tuple[str, str] | None:
    """Take the key that was given, if one was; options win over the file, as AWS says."""
    if (access_id is None) != (secret_key is None):
        raise Refused("give --access-id and --secret-key, both or neither")
    if access_id is not None and secret_key is not None:
        return access_id, secret_key
    if config is None:
        return None
    try:
        found = msgspec.json.decode(config.read_bytes(), type=_Config)
    except (OSError, msgspec.MsgspecError) as error:
        form = '{"access-id": "…", "private-key": "…"}'
        raise Refused(f"{config} is no credentials.json ({error}): it reads {form}") from error
    return found.access_id, found.private_key


def _target(where: _Where, keys: tuple[str, str] | None) -> tuple[Target, Connection]:
    """Choose the endpoint; and S3, which a yard's key does not open."""
    from batchyard.cli.env import DEFAULT_REGION
    from batchyard.cli.target import ENDPOINTS_PIPELINES, at_yard, choose

    if where.data_dir is not None:
        target = at_yard(where.data_dir, where.region, where.endpoint, keys)
        keys = None
    else:
        target = choose(where.endpoint, where.region, where.profile, ENDPOINTS_PIPELINES, keys)
    connection = target.connection
    connection["region"] = connection["region"] or DEFAULT_REGION
    return target, {"session": _session(where.profile, keys), "region": connection["region"]}


def _session(profile: str | None, keys: tuple[str, str] | None) -> Client:
    from botocore.session import Session

    session = Session(profile=profile)
    if keys is not None:
        session.set_credentials(*keys)
    return session


def _proxies(
    host: str | None, port: int | None, name: str | None, password: str | None
) -> dict[str, str] | None:
    """Form what botocore takes of a proxy; None without one."""
    if host is None:
        if port or name or password:
            raise Refused("give --proxy-host with the other options of a proxy")
        return None
    who = f"{quote(name, safe='')}:{quote(password or '', safe='')}@" if name else ""
    url = f"http://{who}{host}{f':{port}' if port else ''}"
    return {"http": url, "https": url}


def _settings(
    connection: Connection,
    storage: Connection,
    proxies: dict[str, str] | None,
    output: Path | None,
) -> Settings:
    from botocore.config import Config

    from batchyard.runner.access import access
    from batchyard.runner.hosting import Settings
    from batchyard.server.options import user_data_dir

    if proxies is not None:
        session: Client = storage["session"]
        session.set_default_client_config(Config(proxies=proxies))
    logs = (output or user_data_dir() / "runner").absolute()
    return Settings("", access(connection, proxies), storage, logs)

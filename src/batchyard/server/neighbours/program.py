"""The process in which moto answers: ``python -m batchyard.server.neighbours.program SOCKET``.

It listens on a Unix socket, says ``ready``, and ends when its standard input does. What it knows of
the yard is in its environment (:mod:`batchyard.server.neighbours.yard`).

The services that the yard has itself are not served here. moto has some of them too, and what it
does with them inside this process (a stack's resources, a state machine's tasks, a rule's log
group) goes to the yard instead.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import threading
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OURS: Final = frozenset({"batch", "batch_simple", "logs", "datapipeline"})
"""What moto calls the services that the yard answers itself."""

TAUGHT: Final = {
    "cloudformation": ("cloudformation", "eventbridge", "loggroups", "stepfunctions"),
    "ec2": ("loggroups",),
    "events": ("eventbridge", "loggroups"),
    "lambda": ("loggroups",),
    "stepfunctions": ("loggroups", "stepfunctions"),
}
"""Services of moto that do what the yard does, and which modules here lead them to it. To
install one twice does no harm."""

READY: Final = "ready"
SECRETS: Final = "/_batchyard/secrets/"
"""Below it, by access key id: the secret of a key that moto has given out."""

UNSERVED: Final = "x-batchyard-unserved"
"""The header of an answer that says that a service is not served here; its value names it."""

Environ = dict[str, Any]


class Unserved(Exception):
    """Nobody answers for a service here."""


def make_application() -> Callable[..., Any]:
    """Form the WSGI application: moto's own, without what the yard has itself."""
    from moto.core.config import default_user_config
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    default_user_config["stepfunctions"] = {"execute_state_machine": True}

    class Dispatcher(DomainDispatcherApplication):
        """Sends each request to the application of its service."""

        def get_backend_for_host(self, host: str | None) -> Any:  # noqa: ANN401 - as in moto
            backend = super().get_backend_for_host(host)
            if host is not None and (backend is None or backend in OURS):
                raise Unserved(host.partition(".")[0])
            return backend

        def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI
            if environ["PATH_INFO"].startswith(SECRETS):
                return _secret(environ, start_response)
            try:
                application = self.get_application(environ)
            except Unserved as error:
                return _refused(str(error), start_response)
            answer: Iterable[bytes] = application(environ, start_response)
            return answer

    return Dispatcher(_prepared(create_backend_app))


def _prepared(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Teach moto about the yard before a service that would do what the yard does answers."""

    def create_backend_app(service: str) -> Any:  # noqa: ANN401 - a Flask
        for module in TAUGHT.get(service, ()):
            import_module(f"{__package__}.{module}").install()
        return create(service)

    return create_backend_app


def _secret(environ: Environ, start_response: Any) -> list[bytes]:  # noqa: ANN401 - WSGI
    found = secret_of(environ["PATH_INFO"].removeprefix(SECRETS), datetime.now(UTC))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"secret": found}).encode()]


def secret_of(access_key_id: str, now: datetime) -> str | None:
    """Find the secret of a key that IAM (CreateAccessKey) or STS (AssumeRole …) gave out here.

    Args:
        access_key_id: of the key.
        now: the time; a key of STS that has expired by then, as one that is not Active, has none.
    """
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    users = [backend for account in list(iam_backends.values()) for backend in account.values()]
    keys = [key for backend in users for key in backend.get_all_access_keys_for_all_users()]
    roles = [backend for account in list(sts_backends.values()) for backend in account.values()]
    assumed = [backend.get_assumed_role_from_access_key(access_key_id) for backend in roles]
    mine = [key for key in keys if key.access_key_id == access_key_id and key.status == "Active"]
    lasting = [r for r in assumed if r and r.expiration.replace(tzinfo=UTC) > now]
    secrets = [key.secret_access_key for key in mine] + [r.secret_access_key for r in lasting]
    return next(iter(secrets), None)


def _refused(service: str, start_response: Any) -> list[bytes]:  # noqa: ANN401 - WSGI
    start_response("404 Not Found", [(UNSERVED, service)])
    return [b""]


def serve(socket: Path, say: Callable[[str], None]) -> None:
    """Answer until the process ends.

    Args:
        socket: where to listen; its folder is private and removed at the end.
        say: is told once it answers.
    """
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    class Handler(MotoRequestHandler):
        """One request; only what went wrong is told."""

        def log_request(self, *_: object) -> None:
            pass

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)  # a task may well fail
    application = make_application()
    server = make_server(f"unix://{socket}", 0, application, threaded=True, request_handler=Handler)
    say(READY)
    server.serve_forever()


def _leave_with_parent(folder: Path) -> None:
    """End this process, whatever it does, once its standard input has ended."""
    while os.read(0, 4096):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def main(socket: str) -> None:
    """Run the process."""
    path = Path(socket)
    threading.Thread(target=_leave_with_parent, args=(path.parent,), daemon=True).start()
    serve(path, lambda word: print(word, flush=True))  # noqa: T201 - its parent waits for it


if __name__ == "__main__":
    main(sys.argv[1])

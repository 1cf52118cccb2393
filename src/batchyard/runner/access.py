"""Where Data Pipeline is and what its requests are signed with, found as AWS's own tools do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.client.calls import blamed
from batchyard.client.sessions import connect
from batchyard.errors import RefusedCredentials, ServiceError
from batchyard.runner.service import Key, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.client.sessions import Client, Connection

NONE = (
    "there are no AWS credentials: give --config or --access-id and --secret-key, set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a yard's --data-dir"
)


def access(connection: Connection, proxies: Mapping[str, str] | None = None) -> Place:
    """Find Data Pipeline.

    Args:
        connection: with a botocore session.
        proxies: by scheme; None takes what the environment names.

    Raises:
        Refused: there is no region, or the endpoint is no URL.
    """
    from botocore.utils import get_environ_proxies

    session: Client = connection.get("session")
    meta = connect(**connection).client("datapipeline").meta
    found = get_environ_proxies(meta.endpoint_url) if proxies is None else proxies
    bundle = session.get_config_variable("ca_bundle")
    return Place(meta.endpoint_url, meta.region_name, Keys(session), found, bundle or True)


class Keys:
    """Gives the key of the moment; those that are for a while are renewed by botocore.

    Args:
        session: a botocore session.
    """

    def __init__(self, session: Client) -> None:
        self._session = session
        self._had = False

    def __call__(self) -> Key:
        """Give the key.

        Raises:
            RefusedCredentials: there is none.
            ServiceError: there was one, and it cannot be renewed for now.
        """
        from botocore.exceptions import BotoCoreError

        try:
            credentials = self._session.get_credentials()
            if credentials is None:
                raise RefusedCredentials(NONE)
            frozen = credentials.get_frozen_credentials()
        except BotoCoreError as error:
            if self._had:
                raise ServiceError(f"the credentials cannot be renewed: {error}") from error
            raise blamed(error, "credentials") from error
        self._had = True
        return Key(frozen.access_key, frozen.secret_key, frozen.token)

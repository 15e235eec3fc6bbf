"""python-ldap needs a compiler to be installed, so Mimas does without it until a directory is used."""

from collections.abc import Iterator
from contextlib import contextmanager

from mimas.connectors.contract import ConnectorError


@contextmanager
def needs_ldap(connector: str) -> Iterator[None]:
    """Around the import of what uses python-ldap. Raises `ConnectorError` where it is not installed."""
    try:
        yield
    except ImportError as error:
        raise ConnectorError(
            f"Connector {connector} needs python-ldap, which is not installed.",
            "apt-get install gcc python3-dev libldap-dev libsasl2-dev, then pip install 'mimas[ldap]'.",
        ) from error

"""The object types of a domain, and its containers."""

from collections.abc import Iterator

import ldap

from mimas.connectors.active_directory import values
from mimas.connectors.active_directory.flags import offered
from mimas.connectors.contract import ConnectorError, Container, Schema
from mimas.connectors.ldap.discovery import discover as discover_classes
from mimas.connectors.ldap.failures import unreachable
from mimas.connectors.ldap.reading import paged
from mimas.connectors.ldap.session import Session
from mimas.schema.attributes import Attribute, Kind, ObjectType

_DOMAINS = "(&(objectClass=crossRef)(systemFlags:1.2.840.113556.1.4.803:=2))"
_CONTAINERS = (
    "(|(objectClass=organizationalUnit)(objectClass=container)(objectClass=builtinDomain)(objectClass=domain))"
)


def discover(session: Session) -> Schema:
    """Every structural class as people read it: SIDs as text, FILETIMEs as instants, flags. Raises `ConnectorError`."""
    return {name: _readable(type_) for name, type_ in discover_classes(session).items()}


def containers(session: Session, root: str) -> Iterator[Container]:
    """The domain and its containers, as far as the account sees them. Raises `ConnectorError`."""
    try:
        for found in paged(session, root, _CONTAINERS, ["objectGUID"]):
            if isinstance(found, str):
                raise ConnectorError(f"Connector {session.name}: {root}: {found}.")
            yield from (Container(name, values.guid(attributes["objectGUID"][0])) for name, attributes in found)
    except ldap.LDAPError as error:
        raise unreachable(session.name, session.settings, error) from error


def domains(session: Session) -> list[str]:
    """The DNS names of the domains of the forest (MS-ADTS 6.1.1.2.1.1), as far as the account sees them.

    Raises `ConnectorError`.
    """
    place = f"CN=Partitions,{session.root.get('configurationnamingcontext', [b''])[0].decode()}"
    try:
        found = session.link.search_s(place, ldap.SCOPE_ONELEVEL, _DOMAINS, ["dnsRoot"])
    except (ldap.NO_SUCH_OBJECT, ldap.INSUFFICIENT_ACCESS):
        return []
    except ldap.LDAPError as error:
        raise unreachable(session.name, session.settings, error) from error
    names = (attributes.get("dnsRoot", []) for name, attributes, *_ in found if name is not None)
    return sorted(one.decode().lower() for some in names for one in some)


def _readable(type_: ObjectType) -> ObjectType:
    attributes = {name: _kinded(attribute) for name, attribute in type_.attributes.items()}
    return ObjectType(type_.name, attributes | offered(attributes))


def _kinded(attribute: Attribute) -> Attribute:
    name = attribute.name.lower()
    if name in values.SIDS or name in values.GUIDS:
        return Attribute(attribute.name, Kind.STRING, attribute.multivalued)
    if name in values.FILETIMES:
        return Attribute(attribute.name, Kind.DATETIME)
    if name == values.PASSWORD.lower():
        return Attribute(attribute.name, Kind.STRING, secret=True)
    return attribute

"""SCIM: what a hostile service answers to a listing, to a question about itself, and in its errors."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import httpx2

from mimas.connectors.contract import ConnectorError, Sought
from mimas.connectors.scim import ScimConnector, ScimSettings
from mimas.connectors.scim.discovery import discover
from mimas.connectors.scim.service import Service, pause
from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets.reading import reading
from mimas.schema.attributes import Attribute, Kind, ObjectType

_MOST = 20
"""Answers after which a listing would never end."""
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_ATTRIBUTES = (
    Attribute("userName"),
    Attribute("externalId"),
    Attribute("active", Kind.BOOLEAN),
    Attribute("size", Kind.INTEGER),
    Attribute("photo", Kind.BINARY),
    Attribute("name.givenName"),
    Attribute('emails[type eq "work"].value'),
    Attribute("emails.value", multivalued=True),
    Attribute("meta.lastModified", Kind.DATETIME),
    Attribute(f"{_ENTERPRISE}:department"),
    Attribute(f"{_ENTERPRISE}:manager", Kind.REFERENCE),
    Attribute("members", Kind.REFERENCE, multivalued=True),
)


class _Answering(Service):
    """A service that answers whatever ``answer`` says."""

    def __init__(self) -> None:
        super().__init__("app", ScimSettings(url="http://localhost"), str)
        self.answer: Callable[[httpx2.Request], httpx2.Response] = lambda _: httpx2.Response(404)
        transport = httpx2.MockTransport(lambda request: self.answer(request))  # noqa: PLW0108 - it is set anew for each case
        self._http = httpx2.Client(base_url=self.settings.url, transport=transport)

    def forget(self) -> None:
        """Ask again what it says of itself."""
        self._provider = None


_service = cache(_Answering)


class _Fuzzed(ScimConnector):
    def give(self, service: Service) -> None:
        """Speak with this service."""
        self._opened = service


@cache
def _connector() -> _Fuzzed:
    schema = {"User": ObjectType("User", {one.name: one for one in _ATTRIBUTES})}
    connector = _Fuzzed("app", _service().settings, schema, Path(), 7)
    connector.give(_service())
    return connector


def _listing(case: bytes) -> str:
    asked = 0

    def answer(_: httpx2.Request) -> httpx2.Response:
        nonlocal asked
        asked += 1
        assert asked <= _MOST, "the listing never ends"
        return httpx2.Response(200, content=case)

    connector = _connector()
    _service().answer = answer
    listed = reading(connector.read(), connector.schema)
    asked = 0
    pages = list_of(lambda: list(connector.fetch([Sought("User", "1", None)])))
    return f"{listed} {pages}"


def list_of(fetch: Callable[[], list[Any]]) -> str:
    """How many pages; or why there are none."""
    try:
        return str(len(fetch()))
    except ConnectorError as error:
        return told(error, error.message, error.advice)


def _description(case: bytes) -> str:
    """What the service says of its types, an empty line, what it says of its schemas."""
    types, _, schemas = case.partition(b"\n\n")

    def answer(request: httpx2.Request) -> httpx2.Response:
        body = types if "ResourceTypes" in request.url.path else schemas
        return httpx2.Response(200, content=body, headers={"Content-Type": "application/scim+json"})

    service = _service()
    service.answer = answer
    service.forget()
    try:
        schema = discover(service.provider())
        return f"{len(schema)} {sum(len(one.attributes) for one in schema.values())}"
    except ConnectorError as error:
        return told(error, error.message, error.advice)


def _error(case: bytes) -> str:
    """The header Retry-After, a line end, the body."""
    header, _, body = case.partition(b"\n")
    try:
        response = httpx2.Response(503, headers={"Retry-After": header.decode("latin-1")}, content=body)
    except ValueError:  # the library takes no such header
        return "no header"
    assert pause(response, 1) >= 0
    return told(ValueError(), _service().told(response))


_USER = (
    b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ann", "active": true, "size": 7,'
    b' "photo": "AAEC", "name": {"givenName": "Ann"}, "emails": [{"type": "work", "value": "a@x", "primary": true},'
    b' {"value": "b@x"}], "meta": {"lastModified": "2026-11-23T08:00:00Z"}, "members": [{"value": "2", "$ref": "x"}],'
    b' "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales", "manager": {"value": "3"}}}'
)
_LIST = b'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": %d, "Resources": [%s]}'
_JSON = (
    "{", "}", "[", "]", ":", ",", '"', "\\u0000", "\\ud83d", "\\ude00", "null", "true", "-1", "1e400", '"id"', '"Resources"',
    '"totalResults": 2', '"value"', '"type"', '{"id": "2"}', "[]", "{}", '""', '"userName"', '"0001-01-01T00:00:00+01:00"',
)  # fmt: skip
_NESTING = (("[", "]"), ('{"a":', "}"), ('[{"value":', "}]"), ('"', '"'))

TARGETS = (
    Target(
        "scim",
        _listing,
        (_USER, _LIST % (1, _USER), _LIST % (2, _USER + b"," + _USER.replace(b'"1"', b'"2"')), _LIST % (0, b""), _LIST % (9, _USER)),
        _JSON,
        _NESTING,
        longest=100_000,
        quick=100,
    ),
    Target(
        "scim-descriptions",
        _description,
        (
            _LIST % (1, b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": "User", "name": "User",'
            b' "endpoint": "/Users", "schema": "urn:x:User", "schemaExtensions": [{"schema": "urn:x:More", "required": false}]}')
            + b"\n\n"
            + _LIST % (2, b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:x:User", "name": "User",'
            b' "attributes": [{"name": "userName", "type": "string", "multiValued": false, "required": true, "mutability": "readWrite"},'
            b' {"name": "emails", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"},'
            b' {"name": "type", "type": "string", "canonicalValues": ["work"]}]}, {"name": "manager", "type": "complex", "subAttributes":'
            b' [{"name": "value", "type": "string"}, {"name": "$ref", "type": "reference", "referenceTypes": ["User"]}]}]},'
            b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:x:More", "name": "More",'
            b' "attributes": [{"name": "department", "type": "string"}]}'),
        ),
        (*_JSON, '"complex"', '"string"', '"binary"', '"name"', '"attributes"', '"subAttributes"', '"multiValued"', '"urn:x:User"', "\n\n"),
        _NESTING,
        longest=50_000,
        quick=40,
    ),
    Target(
        "scim-errors",
        _error,
        (
            b'120\n{"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "scimType": "uniqueness", "detail": "no", "status": "409"}',
            b"Mon, 23 Nov 2026 08:00:00 GMT\n<html>",
            b"Mon, 23 Nov 2026 08:00:00 -0000\n",
        ),
        (*_JSON, "Mon, ", "Nov ", "GMT", "+9999", "-0000", "99999999999999999999", '"detail"', '"scimType"', ":", " "),
        _NESTING,
        longest=50_000,
        quick=200,
    ),
)  # fmt: skip

"""The HTTP side of a SCIM service: signing in, waiting when told to, and what its errors mean."""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import msgspec
from pydantic import ValidationError
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Error, ScimProvider

from mimas.connectors.contract import ConnectorError
from mimas.connectors.scim.settings import ScimSettings
from mimas.schema.messages import fit
from mimas.secrets.secret import Secret

Resource = dict[str, Any]

_TRIES = 5
_LONGEST_WAIT = 120.0
_BUSY = frozenset({429, 503})
"""The service says that it has done nothing yet."""
_BROKEN = frozenset({502, 504})
"""What lies between does not know what the service has done: only what may be done twice is sent again."""

_MEDIA_TYPE = "application/scim+json"
_VISIBLE = re.compile("[!-~]*")
_ENDPOINTS = {"User": "Users", "Group": "Groups"}


class Service:
    """A SCIM service."""

    def __init__(self, name: str, settings: ScimSettings, reveal: Callable[[Secret], str]) -> None:
        self.name = name
        self.settings = settings
        headers = {"Accept": f"{_MEDIA_TYPE}, application/json;q=0.9"}
        self._token = reveal(settings.token) if settings.token else ""
        if not _VISIBLE.fullmatch(self._token):
            # The error of the HTTP library would repeat it.
            raise self._unusable(
                "its token holds a space, a line end, or a character beyond ASCII, which no token has",
                "Put the bare token where the document says, without the word Bearer.",
            )
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        self._http = httpx2.Client(base_url=settings.url, headers=headers, timeout=settings.timeout)
        self._provider: ScimProvider | None = None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def provider(self) -> ScimProvider:
        """What the service says of itself (RFC 7644 section 4). Raises `ConnectorError`."""
        if self._provider is None:
            client = SyncSCIMClient(self._http)
            try:
                client.discover(service_provider_config=False)
            except Exception as error:
                # The library makes classes of what it reads, which fails in more ways than it has errors for.
                response = getattr(error, "source", None)
                if isinstance(response, httpx2.Response) and response.is_error:
                    raise self.refused(response) from error
                cause = error.__cause__ or error
                raise self._unusable(f"its description of itself cannot be read: {cause}", _CHECK) from error
            self._provider = client.provider
        return self._provider

    def endpoint(self, object_type: str) -> str:
        """The path below which the resources of a type are. Raises `ConnectorError`."""
        if object_type in _ENDPOINTS:
            return _ENDPOINTS[object_type]
        for found in self.provider().resource_types:
            if found.name == object_type and found.endpoint:
                return str(found.endpoint).strip("/")
        known = ", ".join(str(found.name) for found in self.provider().resource_types)
        raise self._unusable(f"it has no resource type {object_type}", f"It has {known}.")

    def get(self, path: str, parameters: Mapping[str, Any] | None = None) -> Resource:
        """Read. Raises `ConnectorError` for anything but a whole answer."""
        response = self.send("GET", path, parameters=parameters)
        if response.is_error:
            raise self.refused(response)
        return self.body(response)

    def send(
        self, method: str, path: str, body: Resource | None = None, parameters: Mapping[str, Any] | None = None
    ) -> httpx2.Response:
        """Send, and wait and send again where the service asks for it (RFC 6585). Raises `ConnectorError`."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {"Content-Type": _MEDIA_TYPE} if content else {}
        retried = _BUSY if method == "POST" else _BUSY | _BROKEN
        for attempt in range(_TRIES):
            try:
                response = self._http.request(method, path, content=content, params=parameters, headers=headers)
            except httpx2.RequestError as error:
                raise self._unusable(str(error) or type(error).__name__, _CHECK) from error
            if response.status_code not in _BUSY | _BROKEN:
                break
            wait = pause(response, attempt)
            if response.status_code not in retried or attempt == _TRIES - 1 or wait > _LONGEST_WAIT:
                raise self._unusable(f"{self.told(response)}, after {attempt + 1} tries", "Run this again later.")
            time.sleep(wait)
        if response.status_code == 401:
            raise self.refused(response)
        return response

    def body(self, response: httpx2.Response) -> Resource:
        """The JSON object of an answer. Raises `ConnectorError`."""
        try:
            return msgspec.json.decode(response.content, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._unusable(
                f"its answer to {response.request.url.path} is no JSON object: {error}", _CHECK
            ) from error

    def refused(self, response: httpx2.Response) -> ConnectorError:
        """The service refuses something without which nothing goes."""
        advice = {401: "Check the token.", 403: "Give the token's owner the right to do this."}
        return self._unusable(self.told(response), advice.get(response.status_code, _CHECK))

    def told(self, response: httpx2.Response) -> str:
        """The status and the service's own words, but for the token: there are services that repeat it."""
        error = error_of(response)
        words = " ".join(filter(None, (error.scim_type, error.detail)))
        return fit(self._hidden(f"{response.status_code} {response.reason_phrase}{f' ({words})' if words else ''}"))

    def _unusable(self, what: str, advice: str = "") -> ConnectorError:
        return ConnectorError(f"Connector {self.name}: {self.settings.url}: {self._hidden(what)}.", advice)

    def _hidden(self, text: str) -> str:
        return text.replace(self._token, "…") if self._token else text


_CHECK = "Check that the service runs and can be reached from here, and that url is what stands before /Users."


def error_of(response: httpx2.Response) -> Error:
    """What the service says is wrong (RFC 7644 section 3.12); empty when it says it in another way."""
    try:
        return Error.model_validate_json(response.content)
    except ValidationError:
        return Error()


def pause(response: httpx2.Response, attempt: int) -> float:
    """Seconds to wait: what ``Retry-After`` says (RFC 9110 section 10.2.3), or a little longer each time."""
    given = response.headers.get("Retry-After", "")
    if given.isdecimal():
        return float(given)
    try:
        return max((parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return 0.5 * float(2**attempt)

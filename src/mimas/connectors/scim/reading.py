"""Reading a SCIM service: pages by ``startIndex`` and ``count`` (RFC 7644 section 3.4.2.4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
from xxhash import xxh3_64_intdigest

from mimas.connectors.contract import ConnectorError, End, Entry, Problem, Schema, Sought
from mimas.connectors.scim.places import Place
from mimas.connectors.scim.service import Resource, Service
from mimas.schema.attributes import Kind
from mimas.schema.values import Values, many

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(slots=True)
class ScimPage:
    """One page of a listing."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    problems: Sequence[Problem]
    resources: Sequence[Resource]
    type: str
    places: Sequence[Place]
    deleted: frozenset[int] = frozenset()

    def entry(self, index: int) -> Entry:
        """The resource parsed. Raises `EntryError`."""
        values: Values = {}
        references: dict[str, list[str]] = {}
        for place in self.places:
            found, attribute = place.read(self.resources[index]), place.attribute
            if attribute.kind is Kind.REFERENCE:
                references[attribute.name] = [str(value) for value in found]
            elif found:
                values[attribute.name] = many(found) if attribute.multivalued else found[0]
        return Entry(self.type, self.keys[index], None, values, references)


class Reader:
    """Reads one type after the other."""

    def __init__(self, service: Service, schema: Schema, places: Mapping[str, Mapping[str, Place]], salt: int) -> None:
        self._service = service
        self._schema = schema
        self._places = places
        self._salt = salt

    def pages(self) -> Iterator[ScimPage | End]:
        """Everything. Raises `ConnectorError`.

        The service counts; a listing that does not come to what it counted was changed while it was read, and may have
        skipped some that moved up to an earlier page. Then it is not complete. A page that brings nothing new ends it:
        the service may send the same one for ever.
        """
        reasons = []
        for name in self._schema:
            seen: set[str] = set()
            totals: set[int] = set()
            for answer in self._answers(name):
                totals.add(answer["totalResults"])
                before = len(seen)
                yield self._page(name, answer.get("Resources") or [], seen)
                if len(seen) == before:
                    break
            if totals != {len(seen)}:
                counted = " and then ".join(map(str, sorted(totals)))
                reasons.append(f"{name}: {len(seen)} came of {counted}; the listing changed while it was read")
        reason = "; ".join(reasons)
        yield End(complete=not reason, reason=f"{reason}; import again" if reason else "")

    def fetch(self, objects: Sequence[Sought]) -> Iterator[ScimPage]:
        """These resources (RFC 7644 section 3.4.1), without those that are not there. Raises `ConnectorError`."""
        by_type: dict[str, list[Resource]] = {}
        for one in objects:
            response = self._service.send("GET", f"{self._service.endpoint(one.type)}/{quote(one.anchor, safe='')}")
            if response.status_code == 404:
                continue
            if response.is_error:
                raise self._service.refused(response)
            by_type.setdefault(one.type, []).append(self._service.body(response))
        for name, resources in by_type.items():
            yield self._page(name, resources, set())

    def _answers(self, name: str) -> Iterator[dict[str, Any]]:
        path, start = self._service.endpoint(name), 1
        while True:
            answer = self._service.get(path, {"startIndex": start, "count": self._service.settings.page_size})
            if type(answer.get("totalResults")) is not int or not isinstance(answer.get("Resources") or [], list):
                raise ConnectorError(
                    f"Connector {self._service.name}: the answer to {path} is no list (RFC 7644 section 3.4.2).",
                    "Check that url is what stands before /Users.",
                )
            yield answer
            # A service may send fewer than it was asked for; only what came counts.
            start += len(answer.get("Resources") or [])
            if not answer.get("Resources") or start > answer["totalResults"]:
                return

    def _page(self, name: str, resources: Sequence[Any], seen: set[str]) -> ScimPage:
        keys, fingerprints, problems, good = [], [], [], []
        for resource in resources:
            if not isinstance(resource, dict):
                place, text = f"{name} {resource!r}"[:80], "What should be a resource is no JSON object."
                problems.append(Problem("parse-error", place, text, "Have the service corrected."))
                continue
            key = resource.get("id")
            if not isinstance(key, str) or not key or "\0" in key:
                place = (
                    f"{name} {resource.get('userName') or resource.get('displayName') or resource.get('externalId')}"
                )
                advice = "The service must give every resource an id (RFC 7643 section 3.1)."
                problems.append(Problem("missing-anchor-component", place, "The resource has no id.", advice))
            elif key not in seen:
                seen.add(key)
                keys.append(key)
                fingerprints.append(xxh3_64_intdigest(_encode(resource), seed=self._salt) >> 1)
                good.append(resource)
        return ScimPage(keys, fingerprints, problems, good, name, list(self._places[name].values()))

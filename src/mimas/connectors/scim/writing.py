"""Writing to a SCIM service: POST, PATCH and DELETE, one request an object (RFC 7644 sections 3.3, 3.5.2, 3.6)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx2
from scim2_models import PatchOp

from mimas.connectors.contract import ConnectorError, Export, Result
from mimas.connectors.contract import Operation as What
from mimas.connectors.scim.places import Operation, Place
from mimas.connectors.scim.service import Resource, Service, error_of

_CORE = "urn:ietf:params:scim:schemas:core:2.0:"

_TERMS = {
    "uniqueness": ("constraint-violation", "Another resource has this value; import the service and sync again."),
    "mutability": ("readonly-attribute", "The service does not let this attribute change."),
    "invalidValue": ("schema-violation", "Correct the rule that makes the value, or give the one that is missing."),
    "invalidPath": ("schema-violation", "The service does not know the attribute; see `mimas connector discover`."),
}


class Writer:
    """Writes one after the other."""

    def __init__(self, service: Service, places: Mapping[str, Mapping[str, Place]]) -> None:
        self._service = service
        self._places = places

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """Send. Raises `ConnectorError` when the service is out of reach."""
        act = {What.ADD: self._add, What.UPDATE: self._update, What.DELETE: self._delete}
        for export in exports:
            if export.type not in self._places:
                message = f"Connector {self._service.name} has no object type {export.type}."
                raise ConnectorError(message, "Add it to the connector's schema.")
            unknown = sorted(export.changes.keys() - self._places[export.type].keys())
            if unknown:
                message = f"{export.type} has no attribute {', '.join(unknown)}."
                yield Result(export.id, "schema-violation", message, "Add it to the connector's schema.")
            else:
                yield act[export.operation](export)

    def _add(self, export: Export) -> Result:
        resource: Resource = {"schemas": [self._schema(export.type)]}
        for name, change in export.changes.items():
            self._places[export.type][name].put(resource, change.values)
        response = self._service.send("POST", self._service.endpoint(export.type), resource)
        if response.is_error:
            return _refused(self._service, export, response)
        key = self._service.body(response).get("id")
        return Result(export.id, anchor=key if isinstance(key, str) else None)

    def _schema(self, object_type: str) -> str:
        if object_type in ("User", "Group"):
            return _CORE + object_type
        return next(
            str(found.schema_) for found in self._service.provider().resource_types if found.name == object_type
        )

    def _update(self, export: Export) -> Result:
        response = self._patch(export, None)
        if response is not None and error_of(response).scim_type == "noTarget":
            # The item a path selects is not there yet; which one, only the resource itself can tell.
            seen = self._service.send("GET", self._path(export))
            response = seen if seen.is_error else self._patch(export, self._service.body(seen))
        return (
            Result(export.id)
            if response is None or not response.is_error
            else _refused(self._service, export, response)
        )

    def _patch(self, export: Export, seen: Resource | None) -> httpx2.Response | None:
        places = self._places[export.type]
        operations = [one for name, change in export.changes.items() for one in places[name].operations(change, seen)]
        if not operations:
            return None
        body: dict[str, Any] = {"schemas": [str(PatchOp.__schema__)], "Operations": _joined(operations)}
        return self._service.send("PATCH", self._path(export), body)

    def _delete(self, export: Export) -> Result:
        response = self._service.send("DELETE", self._path(export))
        return _refused(self._service, export, response) if response.is_error else Result(export.id)

    def _path(self, export: Export) -> str:
        return f"{self._service.endpoint(export.type)}/{quote(export.anchor or '', safe='')}"


def _joined(operations: list[Operation]) -> list[Operation]:
    """Parts of one new item, such as a street and a town, come as one item."""
    joined: list[Operation] = []
    new: dict[str, Operation] = {}
    for one in operations:
        item = one.pop("item", None)
        if item is not None and item in new:
            new[item]["value"][0].update(one["value"][0])
        else:
            joined.append(one)
            if item is not None:
                new[item] = one
    return joined


def _refused(service: Service, export: Export, response: httpx2.Response) -> Result:
    error = error_of(response)
    code, advice = _TERMS.get(error.scim_type or "", ("cd-error", "The service's message says what to do."))
    match response.status_code:
        case 404:
            code, advice = "cd-missing-object", "Somebody deleted it; import the service and sync again."
        case 403:
            code, advice = "permission-issue", "Give the token's owner the right to do this."
        case 409 if export.operation is What.ADD:
            code, advice = "cd-existing-object", "Import the service so that the resource can be joined."
        case 400 if code == "cd-error":
            code, advice = "schema-violation", "Correct the rule that makes the value, or the connector's schema."
    what = f"{export.operation.capitalize()} of {export.type} {export.anchor or _name(export)}"
    return Result(export.id, code, f"{what} was refused: {service.told(response)}.", advice)


def _name(export: Export) -> str:
    given = (export.changes.get(name) for name in ("userName", "displayName", "externalId"))
    return next((str(change.values[0]) for change in given if change and change.values), "")

"""The token of a SCIM service: sent, and never told, whatever the service or the HTTP library say."""

from pathlib import Path

import httpx2
import pytest

from mimas.connectors.contract import ConnectorError, Export, Operation
from mimas.connectors.registry import open_connector
from mimas.connectors.scim.connector import ScimConnector
from mimas.schema.attributes import Attribute, ObjectType

SCHEMA = {"User": ObjectType("User", {"userName": Attribute("userName")})}


def opened(folder: Path, token: str) -> ScimConnector:
    (folder / "token").write_text(token)
    settings = {"url": "http://127.0.0.1:1/scim", "token": {"file": "token"}}
    connector = open_connector("app", "scim", settings, SCHEMA, folder)
    assert isinstance(connector, ScimConnector)
    return connector


@pytest.mark.parametrize("token", ["s3cret ", "s3c\nret", "s3crét", "Bearer s3cret", "s3c\tret"])
def test_what_is_no_token_is_told_and_not_repeated(tmp_path: Path, token: str) -> None:
    with opened(tmp_path, token) as connector, pytest.raises(ConnectorError, match="Connector app: ") as caught:
        list(connector.read())
    assert "token" in caught.value.message
    assert "s3c" not in f"{caught.value.message} {caught.value.advice}"


@pytest.mark.parametrize("status", [400, 401, 403, 503])
def test_a_service_that_repeats_the_token_is_not_repeated(tmp_path: Path, status: int) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        # RFC 6585 lets a service say how long to wait: too long, here.
        return httpx2.Response(
            status, json={"detail": f"x{request.headers['Authorization']}x"}, headers={"Retry-After": "999"}
        )

    connector = opened(tmp_path, "s3cret|1")
    with connector:
        http = connector._service()._http
        connector._service()._http = httpx2.Client(
            base_url=http.base_url, headers=http.headers, transport=httpx2.MockTransport(answer)
        )
        said = ""
        with pytest.raises(ConnectorError) as caught:
            list(connector.read())
        said += f"{caught.value.message} {caught.value.advice}"
        try:
            results = connector.write([Export(1, Operation.ADD, "User", None, values={"userName": "ann"})])
            said += "".join(f"{one.message} {one.advice}" for one in results)
        except ConnectorError as error:
            said += f"{error.message} {error.advice}"
    assert "xBearer …x" in said
    assert "s3cret" not in said

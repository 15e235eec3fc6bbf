"""Writing DSML 2: the entries of a search, and batches of requests."""

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from mimas.connectors.named.values import generalized_time, truth
from mimas.connectors.named.writing import Renaming, Writer
from mimas.schema.attributes import Kind

_NAMESPACES = (
    'xmlns="urn:oasis:names:tc:DSML:2:0:core" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
_DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
CHANGES_HEAD = f"{_DECLARED}<batchRequest {_NAMESPACES}>\n".encode()
CHANGES_TAIL = b"</batchRequest>\n"
_BASE64 = ' xsi:type="xsd:base64Binary"'
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not know, in any form."""


def _quoted(text: str) -> str:
    """In quotes. Raises ``UnicodeEncodeError`` for what cannot be there."""
    if found := _NO_XML.search(text):
        raise UnicodeEncodeError("xml", text, found.start(), found.end(), "is no character of XML")
    return quoteattr(text)


def _text(_: str, value: Any) -> str:
    text = str(value)
    if _NO_XML.search(text):
        return _binary("", b64encode(text.encode()).decode())
    return f"<value>{escape(text, {chr(13): '&#13;'})}</value>"


def _binary(_: str, value: Any) -> str:
    return f"<value{_BASE64}>{value}</value>"


def _boolean(_: str, value: Any) -> str:
    return f"<value>{truth(value)}</value>"


def _moment(_: str, value: Any) -> str:
    return f"<value>{generalized_time(value)}</value>"


class DsmlWriter(Writer):
    """Writes the records of one file."""

    kinds = {Kind.BINARY: _binary, Kind.BOOLEAN: _boolean, Kind.DATETIME: _moment}  # noqa: RUF012 - a ClassVar above
    listing_head = f"{_DECLARED}<batchResponse {_NAMESPACES}>\n<searchResponse>\n".encode()
    listing_tail = (
        b'<searchResultDone><resultCode code="0" descr="success"/></searchResultDone>\n</searchResponse>\n'
        b"</batchResponse>\n"
    )

    def content(self, name: str, values: Iterable[str]) -> str:
        """A searchResultEntry."""
        return f"<searchResultEntry dn={_quoted(name)}>\n{''.join(values)}</searchResultEntry>\n"

    def add(self, name: str, values: Iterable[str]) -> str:
        """An addRequest."""
        return f"<addRequest dn={_quoted(name)}>\n{''.join(values)}</addRequest>\n"

    def modify(self, name: str, parts: Iterable[str]) -> str:
        """A modifyRequest."""
        return f"<modifyRequest dn={_quoted(name)}>\n{''.join(parts)}</modifyRequest>\n"

    def delete(self, name: str) -> str:
        """A delRequest."""
        return f"<delRequest dn={_quoted(name)}/>\n"

    def rename(self, renaming: Renaming) -> str:
        """A modDNRequest."""
        above = "" if renaming.above is None else f" newSuperior={_quoted(renaming.above)}"
        name, rdn = _quoted(renaming.name), _quoted(renaming.rdn)
        return f'<modDNRequest dn={name} newrdn={rdn} deleteoldrdn="true"{above}/>\n'

    def attribute(self, name: str, values: Iterable[Any]) -> str:
        """An attr."""
        return f"  <attr name={_quoted(name)}>{self._values(name, values)}</attr>\n"

    def text(self, name: str, value: str) -> str:
        """An attr."""
        return f"  <attr name={_quoted(name)}>{_text(name, value)}</attr>\n"

    def part(self, operation: str, name: str, values: Iterable[Any]) -> str:
        """A modification."""
        written = self._values(name, values)
        return f'  <modification name={_quoted(name)} operation="{operation}">{written}</modification>\n'

    def _values(self, name: str, values: Iterable[Any]) -> str:
        text = self.special.get(name, _text)
        return "".join([text(name, value) for value in values])

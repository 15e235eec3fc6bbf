"""The form in which MIM stores a filter: its XPath within an element ``Filter``.

Source: MIM's SDK, "FIM XPath Filter Dialect" (ee652287), on the attribute Filter of sets and groups.
"""

from xml.parsers import expat

from mimas.language.errors import ExpressionError

_SEPARATOR = "\x01"


def xpath(text: str) -> str:
    """The XPath of a filter, be it stored with the element around it or without. Raises `ExpressionError`."""
    return _Reader().read(text.strip()) if text.lstrip().startswith("<") else text


class _Reader:
    """Reads one element; what could do harm in XML, a document type, is refused."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._depth = 0

    def read(self, text: str) -> str:
        parser = expat.ParserCreate("utf-8", namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.CharacterDataHandler = self._texts.append
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(text.encode(), True)
        except ExpressionError:
            raise  # it is a ValueError, too
        except (expat.ExpatError, ValueError) as error:
            raise _error(f"it is no XML ({error})") from None
        return "".join(self._texts).strip()

    def _begin(self, tag: str, _: dict[str, str]) -> None:
        self._depth += 1
        if tag.rpartition(_SEPARATOR)[2] != "Filter" or self._depth > 1:
            raise _error(f"an element {tag.rpartition(_SEPARATOR)[2]} does not belong there")

    def _refuse(self, *_: object) -> None:
        raise _error("it has a document type, which no filter has")


def _error(what: str) -> ExpressionError:
    return ExpressionError(f"The filter cannot be read in the form that MIM stores: {what}. Write its XPath alone.")

"""The objects of an export of the MIM Service, as Export-FIMConfig and ConvertFrom-FIMResource write them.

``Results`` > ``ExportObject`` > ``ResourceManagementObject`` > ``ResourceManagementAttributes``: each attribute with
its name and a ``Value``, or ``Values`` of several ``string``. What does not belong to that format stays unknown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mimas.migrate.elements import Element, Outcome, printable

_FORMAT = frozenset(
    {
        *("ExportObject", "Source", "ResourceManagementObject", "ObjectIdentifier", "ObjectType", "IsPlaceholder"),
        *("ResourceManagementAttributes", "ResourceManagementAttribute", "AttributeName", "HasReference"),
        *("IsMultiValue", "Value", "Values", "string", "LocalizedResourceManagementAttributes"),
    }
)
_LONGEST = 120


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """An attribute of an object: its element, and an element for each value."""

    element: Element
    values: list[Element]

    def mark(self, outcome: Outcome, note: str = "") -> None:
        """Say what became of it: of its values, or of itself where it has none. What is around them has fared well."""
        for value in self.values or [self.element]:
            value.mark(outcome, note)
        well = outcome not in (Outcome.DIFFERENT, Outcome.PERSON)
        settle(self.element, *((outcome, note) if well else (Outcome.CARRIED, "")))


@dataclass(slots=True, eq=False)
class Exported:
    """An object: its element in the file, and its attributes by their names."""

    element: Element
    file: str
    kind: str
    """Its object type, empty where the file has none."""
    id: str
    """Its GUID in small letters."""
    held: dict[str, Held] = field(default_factory=dict)

    def texts(self, name: str) -> list[str]:
        """The values of an attribute as texts; nothing is said of what became of them."""
        held = self.held.get(name)
        return [text for value in held.values if (text := value.text)] if held is not None else []

    def text(self, name: str) -> str:
        """Its first value, empty without one."""
        return next(iter(self.texts(name)), "")

    def is_true(self, name: str) -> bool:
        """Whether it is a true boolean; one without a value is not."""
        return self.text(name).lower() in ("true", "1")

    def mark(self, name: str, outcome: Outcome, note: str = "") -> None:
        """Say what became of an attribute, if it has it."""
        if (held := self.held.get(name)) is not None:
            held.mark(outcome, note)

    @property
    def title(self) -> str:
        """What people call it."""
        return line(self.text("DisplayName") or self.text("Name") or self.id or "unnamed")

    @property
    def content(self) -> dict[str, list[str]]:
        """All that it says."""
        return {name: self.texts(name) for name in self.held}


def line(text: str) -> str:
    """A text in one line that is not without end, as a name or in a list."""
    plain = printable(" ".join(text.split()))
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def paragraphs(text: str) -> str:
    """A text of several lines without control characters."""
    return printable("\n".join(" ".join(one.split()) for one in text.splitlines()))


def identifier(text: str) -> str:
    """A GUID in small letters, without what may stand around it."""
    return text.strip().lower().removeprefix("urn:uuid:").strip("{}")


def objects(root: Element, file: str) -> Iterator[Exported]:
    """The objects of a file, in their order."""
    for outer in root.all("ExportObject"):
        inner = outer.all("ResourceManagementObject")
        if len(inner) == 1:
            yield _object(outer, inner[0], file)
        else:
            for one in inner:
                yield _object(one, one, file)


def _object(element: Element, inner: Element, file: str) -> Exported:
    found = Exported(element, file, _plain(inner, "ObjectType"), identifier(_plain(inner, "ObjectIdentifier")))
    for group in inner.all("ResourceManagementAttributes"):
        for one in group.all("ResourceManagementAttribute"):
            several = [value for values in one.all("Values") for value in values.all("string")]
            found.held.setdefault(_plain(one, "AttributeName"), Held(one, [*one.all("Value"), *several]))
    found.kind = found.kind or found.text("ObjectType")
    found.id = found.id or identifier(found.text("ObjectID"))
    return found


def _plain(element: Element, tag: str) -> str:
    found = element.first(tag)
    return found.text if found is not None else ""


def settle(element: Element, outcome: Outcome, note: str = "") -> None:
    """Say what became of an element, and of all of the format within, where nothing has been said yet."""
    if element.outcome is Outcome.UNKNOWN:
        element.mark(outcome, note)
    for child in element.children:
        if child.tag == "LocalizedResourceManagementAttributes":
            child.whole(outcome, note)
        elif child.tag in _FORMAT:
            settle(child, outcome, note)

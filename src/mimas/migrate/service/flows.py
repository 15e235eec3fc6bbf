"""The attribute flows of a portal sync rule.

``<export-flow allows-null="false"><src><attr>a</attr></src><dest>b</dest><scoping/><fn …/></export-flow>``, and
``import-flow`` likewise. Without a function one attribute flows as it is, and ``src`` with a text is a constant.
"""

from dataclasses import dataclass
from typing import Any

from mimas.language.expressions import attributes, impure, parse
from mimas.migrate.elements import Element, printable
from mimas.migrate.service.expressions import UntranslatableError, Written, attribute, expression, readable
from mimas.migrate.service.fragments import fragment
from mimas.migrate.service.objects import line

_PASSWORDS = frozenset({"unicodepwd", "userpassword", "export_password", "password", "dbcspwd"})
_SENT_ALWAYS = "the flow of a reference is sent whenever it changes, not only when the object is made"
_CLEARED = "where the resource has no value any more, the object's is cleared; MIM left it"
_MOVING = "its value is another one each time: it is computed once only"


@dataclass(frozen=True, slots=True)
class Source:
    """What flows: exactly one of the three."""

    attribute: str = ""
    constant: str | None = None
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class PortalFlow:
    """A flow as the portal has it. ``wrong`` says why it cannot be carried; then there is no source."""

    target: str
    outbound: bool
    source: Source | None
    allows_null: bool
    text: str
    """The XML."""
    wrong: str = ""

    @property
    def resource_attributes(self) -> list[str]:
        """The attributes of the resource that it writes or reads."""
        if not self.outbound:
            return [self.target] if self.target else []
        if self.source is None:
            return []
        if self.source.written is not None:
            return sorted(attributes(parse(self.source.written.text)))
        return [self.source.attribute] if self.source.attribute else []

    @property
    def hides(self) -> bool:
        """Whether it holds a password in clear, or may."""
        if self.target.lower() not in _PASSWORDS or (self.source is not None and self.source.attribute):
            return False
        if self.source is None or self.source.written is None:
            return True
        tree = parse(self.source.written.text)
        return not attributes(tree) and not impure(tree)


def flow(text: str) -> PortalFlow:
    """What a value of PersistentFlow, InitialFlow or ExistenceTest says."""
    outer = fragment(text)
    inner = [one for one in outer.children if one.tag in ("import-flow", "export-flow")] if outer is not None else []
    if len(inner) != 1:
        return PortalFlow("", outbound=False, source=None, allows_null=False, text=text, wrong="it is no flow")
    element = inner[0]
    destination = element.first("dest")
    target = destination.text if destination is not None else ""
    allows_null = element.attributes.get("allows-null", "").lower() == "true"
    outbound = element.tag == "export-flow"
    source, wrong = None, "it flows to no attribute that can be named"
    if target and target == line(target):
        try:
            source, wrong = _source(element), ""
        except UntranslatableError as error:
            wrong = str(error)
    return PortalFlow(target, outbound, source, allows_null, text, wrong)


def _source(element: Element) -> Source:
    scoping = element.first("scoping")
    if scoping is not None and (scoping.children or scoping.text):
        raise UntranslatableError("it has a condition of its own")
    functions = element.all("fn")
    if len(functions) > 1:
        raise UntranslatableError("it has more than one function")
    if functions:
        return Source(written=expression(functions[0]))
    src = element.first("src")
    names = [one.text for one in src.all("attr") if one.text] if src is not None else []
    if len(names) > 1:
        raise UntranslatableError("it has several attributes and no function")
    if names:
        if names[0] != line(names[0]):
            raise UntranslatableError("the name of an attribute cannot be written")
        return Source(attribute=names[0])
    if src is None or not src.text:
        raise UntranslatableError("it has no source")
    if src.text != printable(src.text):
        raise UntranslatableError("its constant holds signs that cannot be written")
    return Source(constant=src.text)


def origin(portal: PortalFlow, kind: str, *, once: bool, reference: bool) -> tuple[Any, str]:
    """The flow's origin as a document has it, and what is different about it.

    ``kind`` is the target's type where it is known, else empty; ``reference``: references flow.
    """
    source = portal.source
    assert source is not None
    if source.constant is not None:
        return _with_once({"constant": _constant(source.constant, kind)}, once), ""
    if source.written is not None:
        return _computed(portal, source.written, once=once)
    if once:
        form: Any = {"attribute": source.attribute, "once": True}
        return (_direct(source.attribute), _SENT_ALWAYS) if reference else (form, "")
    if not _spares(portal):
        return _direct(source.attribute), ""
    if reference or not readable(source.attribute):
        return _direct(source.attribute), _CLEARED
    return _sparing(attribute(source.attribute)), ""


def _computed(portal: PortalFlow, written: Written, *, once: bool) -> tuple[Any, str]:
    # What is another value each time would never rest; MIM computed it when something else had changed.
    moving = impure(parse(written.text))
    if once or moving:
        return {"expression": f"={written.text}", "once": True}, "" if once else _MOVING
    return f"={written.text}" if written.sure or not _spares(portal) else _sparing(written.text), ""


def _spares(portal: PortalFlow) -> bool:
    """Whether a value that is gone leaves what the object has (MIM: *allow null* is not ticked)."""
    return portal.outbound and not portal.allows_null


def _sparing(text: str) -> str:
    return f"=IgnoreFlowIfNullOrEmpty({text})"


def _direct(name: str) -> Any:
    return {"attribute": name} if name.startswith("=") or name != name.strip() else name


def _with_once(form: dict[str, Any], once: bool) -> dict[str, Any]:
    return {**form, "once": True} if once else form


def _constant(text: str, kind: str) -> Any:
    if kind == "integer" and text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 19:
        return int(text)
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text

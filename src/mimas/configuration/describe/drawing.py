"""Which picture is drawn of a configuration, of a type of resources, and of a rule."""

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from mimas.configuration.describe.diagram import Group, Line, Row, picture
from mimas.configuration.describe.lineage import Lineage, sources
from mimas.configuration.describe.links import Links
from mimas.configuration.describe.words import origin
from mimas.runs.setup import Setup
from mimas.sync.rules import Direct, Direction, Flow, SyncRule


class Drawing:
    """Collects rows by group, and lines; lines with the same ends are one, with both titles."""

    def __init__(self, links: Links, connectors: Iterable[str]) -> None:
        self.links = links
        self.colours = {name: index for index, name in enumerate(sorted(connectors))}
        self.columns: list[dict[str, dict[str, Row]]] = [{}, {}, {}]
        self.group_links: dict[str, str] = {}
        self.lines: dict[tuple[str, str], Line] = {}

    def row(self, column: int, group: str, text: str, link: str = "", *, head: str = "") -> str:
        """The key of a row, which is added if it is new; ``head`` is where the group's heading leads."""
        key = f"{column}\0{group}\0{text}"
        self.columns[column].setdefault(group, {}).setdefault(key, Row(key, text, link))
        self.group_links.setdefault(group, head)
        return key

    def line(self, start: str, end: str, title: str, connector: str, *, computed: bool = False) -> None:
        """A line in the colour of a connector."""
        if (old := self.lines.get((start, end))) is not None:
            title, computed = f"{old.title}\n{title}", computed or old.computed
        self.lines[start, end] = Line(start, end, title, self.colours.get(connector, 0), computed)

    def done(self, label: str, still: int) -> Markup:
        """The picture, see `picture`; empty when there is nothing to see."""
        columns = [
            [Group(title, list(rows.values()), self.group_links[title]) for title, rows in column.items()]
            for column in self.columns
            if column
        ]
        return picture(label, columns, list(self.lines.values()), still) if self.lines else Markup()


def place(rule: SyncRule) -> str:
    """The objects that a rule is about, as a heading."""
    return f"{rule.connector}: {rule.object_type}"


def overview(setup: Setup, links: Links) -> Markup:
    """Which objects become which resources, and which resources become which objects."""
    drawing = Drawing(links, setup.connectors)
    for name in setup.rules.types:
        drawing.row(1, "Resources", name, links.to("ObjectType", name))
    for rule in setup.rules.rules:
        inbound = rule.direction is Direction.INBOUND
        head = links.to("Connector", rule.connector)
        there = drawing.row(0 if inbound else 2, rule.connector, rule.object_type, head=head)
        here = drawing.row(1, "Resources", rule.resource_type, links.to("ObjectType", rule.resource_type))
        drawing.line(*((there, here) if inbound else (here, there)), f"{rule.precedence} {rule.name}", rule.connector)
    return drawing.done("Which objects become which resources, and which resources become which objects", 1)


_WHOLE = 120
"""Flows of a type that are drawn in one picture; of more there is one for the objects of each system."""


def of_type(setup: Setup, links: Links, name: str, found: Mapping[str, Lineage]) -> list[tuple[str, Markup]]:
    """The flows of a type of resources, from sources over attributes to targets; or several pictures, each named."""
    if sum(len(one.inbound) + len(one.memberships) + len(one.outbound) for one in found.values()) <= _WHOLE:
        whole = _picture(setup, links, name, found, still=1)
        return [("", whole)] if whole else []
    pictures: list[tuple[str, Markup]] = []
    for heading, inbound in dict.fromkeys(
        (place(rule), rule.direction is Direction.INBOUND)
        for rule in setup.rules.rules
        if rule.resource_type == name and rule.flows
    ):
        some = {key: _part(one, heading, inbound=inbound) for key, one in found.items()}
        number = sum(len(one.inbound) + len(one.outbound) for one in some.values())
        title = f"{number:,} flows {'from' if inbound else 'to'} {heading}"
        pictures.append((title, _picture(setup, links, name, some, still=int(inbound))))
    return [(title, drawn) for title, drawn in pictures if drawn]


def _part(one: Lineage, heading: str, *, inbound: bool) -> Lineage:
    """What of a lineage comes from, or goes to, the objects of one system."""
    some = [named for named in (one.inbound if inbound else one.outbound) if place(named[0]) == heading]
    return Lineage(inbound=some) if inbound else Lineage(outbound=some)


def _picture(setup: Setup, links: Links, name: str, found: Mapping[str, Lineage], *, still: int) -> Markup:
    drawing = Drawing(links, setup.connectors)
    for attribute, lineage in found.items():
        if not (lineage.inbound or lineage.outbound or lineage.memberships):
            continue
        middle = drawing.row(1, name, attribute, f"#{links.mark(attribute)}")
        for rule, flow in lineage.inbound:
            for start in _starts(drawing, rule, flow):
                drawing.line(start, middle, _title(rule, flow), rule.connector, computed=_computed(flow))
        for membership in lineage.memberships:
            start = drawing.row(0, "memberships", membership.name, f"{links.operation}#memberships")
            drawing.line(start, middle, f"membership {membership.name}", "")
        for rule, flow in lineage.outbound:
            end = drawing.row(2, place(rule), flow.target, head=links.to("Connector", rule.connector))
            drawing.line(middle, end, _title(rule, flow), rule.connector, computed=_computed(flow))
    # Without sources the attributes are the first column.
    return drawing.done(
        f"Where the attributes of {name} come from, and where they go to", still if drawing.columns[0] else 0
    )


def of_rule(setup: Setup, links: Links, rule: SyncRule) -> Markup:
    """The flows of a rule: sources and targets."""
    drawing = Drawing(links, setup.connectors)
    inbound = rule.direction is Direction.INBOUND
    target = rule.resource_type if inbound else place(rule)
    page = links.to("ObjectType", rule.resource_type)
    for flow in rule.flows:
        link = f"{page}#{links.mark(flow.target)}" if inbound else ""
        end = drawing.row(1, target, flow.target, link)
        for start in _starts(drawing, rule, flow):
            drawing.line(start, end, _title(rule, flow), rule.connector, computed=_computed(flow))
    return drawing.done(f"The flows of {rule.name}", 1)


def _starts(drawing: Drawing, rule: SyncRule, flow: Flow) -> Sequence[str]:
    inbound = rule.direction is Direction.INBOUND
    group = place(rule) if inbound else rule.resource_type
    page = drawing.links.to("Connector" if inbound else "ObjectType", rule.connector if inbound else rule.resource_type)
    read = sorted(sources(flow.origin))
    if not read:
        phrase = origin(flow.origin)
        return [drawing.row(0, group, " ".join([phrase.words, *phrase.codes]).removeprefix("always "), head=page)]
    links = drawing.links
    return [drawing.row(0, group, name, "" if inbound else f"{page}#{links.mark(name)}", head=page) for name in read]


def _computed(flow: Flow) -> bool:
    return not isinstance(flow.origin, Direct)


def _title(rule: SyncRule, flow: Flow) -> str:
    phrase = origin(flow.origin)
    return f"{rule.precedence} {rule.name}: {flow.target} ← {' '.join([phrase.words, *phrase.codes]).strip()}"

"""Made-up configurations for the laws: connected systems of every sort, and rules as people write them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from mimas.runs.setup import ConnectorSetup
from mimas.sync.rules import Deprovision, Enforce, LinkType, Membership, ResourceType, SyncRule
from mimas.testing import Nature
from tests.world import attributes, inbound, outbound, simulated

PERSON = "key name mail dept tags* boss>person"
GROUP = "key name members>person*"
TYPES = (
    ResourceType("person", attributes("key name mail dept tags* title boss>person"), frozenset(["key", "mail"])),
    ResourceType("group", attributes("key name dept members>person* staff>person*"), frozenset(["key"])),
)
SOURCES = ("hr", "ext", "org")
SORTS = ("given", "named", "keyed", "listing")
"""Targets: they give the anchor; have names, by which they refer; have the anchor that the rules give; are files."""

_TEXTS = {
    "name": ("name", "name", "=Trim([name])", "=UCase([name])", "=IIF(IsPresent([mail]),[mail],[name])"),
    "mail": ("mail", "mail", '=[name] & "@x"', "=IIF(IsPresent([mail]),[mail],AuthoritativeNull)", "=[dept] & [mail]"),
    "dept": ("dept", "dept", "dept", '=IIF(IsPresent([dept]),[dept],"none")'),
}
DEPROVISION = (Deprovision.DELETE, Deprovision.DELETE, Deprovision.DISCONNECT, Deprovision.KEEP)
_SCOPES: tuple[Sequence[str], ...] = ((), (), ("dept NOTEQUAL out",), ("name ISNOTNULL",), ("mail ISNOTNULL",))


@dataclass(frozen=True, slots=True)
class Universe:
    """Some systems, and the rules between them and the resources."""

    sources: tuple[ConnectorSetup, ...]
    targets: tuple[ConnectorSetup, ...]
    rules: tuple[SyncRule, ...]
    memberships: tuple[Membership, ...]
    natures: tuple[Nature, ...]
    """Of the targets, in order."""

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(str(self))

    def __str__(self) -> str:
        lines = [f"{c.name}: {c.kind} {dict(c.settings)}" for c in (*self.sources, *self.targets)]
        for rule in self.rules:
            flows = ", ".join(f"{flow.target}={flow.origin}" for flow in rule.flows)
            lines.append(f"{rule.name} {rule.precedence} {rule.link} {rule.scope} {rule.deprovision}: {flows}")
        return "\n  ".join(["Universe", *lines, *map(str, self.memberships), *map(str, self.natures)])


@st.composite
def universes(
    draw: st.DrawFn, *, deprovision: Sequence[Deprovision] = DEPROVISION, back: bool = True, at_least: int = 1
) -> Universe:
    """``at_least`` so many sources, one or two targets, rules that come to rest; ``back``: some flow back."""
    names = SOURCES[: draw(st.integers(at_least, 3))]
    sources = [
        simulated(name, {"person": PERSON, "group": GROUP}, delta=draw(st.booleans()), references="anchor")
        for name in names
    ]
    precedences = draw(st.permutations([10, 20, 30]))
    rules = [
        rule
        for name, precedence in zip(names, precedences, strict=False)
        for rule in draw(_inbound(name, precedence, first=name == names[0]))
    ]
    targets = []
    for number in range(draw(st.integers(1, 2))):
        sort = draw(st.sampled_from(SORTS))
        target, written = draw(_target(f"app{number}", sort, deprovision))
        targets.append(target)
        rules += written
    rules += draw(_back(targets[0])) if back else []
    membership = Membership("staff", "group", "staff", "person", "dept", "dept")
    memberships = (membership,) if draw(st.booleans()) else ()
    nature = tuple(draw(natures) for _ in targets)
    return Universe(tuple(sources), tuple(targets), tuple(rules), memberships, nature)


@st.composite
def _inbound(draw: st.DrawFn, source: str, precedence: int, *, first: bool) -> list[SyncRule]:
    """People and groups of a source; of the first one all of them are taken."""
    optional = draw(st.sets(st.sampled_from(["name", "mail", "dept", "tags", "boss"]), min_size=1))
    chosen = {"name", "boss", *optional} if first else optional
    flows = {"key": "key"} | {
        attribute: draw(st.sampled_from(_TEXTS[attribute])) if attribute in _TEXTS else attribute
        for attribute in sorted(chosen)
    }
    link = LinkType.PROVISION if first else draw(st.sampled_from([LinkType.PROVISION, LinkType.JOIN]))
    people = inbound(
        source,
        flows,
        name=f"{source} people",
        precedence=precedence,
        link=link,
        join=["key=key"],
        where=draw(st.sampled_from(_SCOPES)),
        merge=["tags"] if "tags" in flows and draw(st.booleans()) else [],
    )
    groups = inbound(
        source,
        {"key": "key", "name": "name", "dept": "name", "members": "members"},
        name=f"{source} groups",
        object_type="group",
        resource_type="group",
        precedence=precedence,
        link=link,
        join=["key=key"],
        merge=["members"] if draw(st.booleans()) else [],
    )
    return [people, groups]


@st.composite
def _target(
    draw: st.DrawFn, name: str, sort: str, deprovision: Sequence[Deprovision]
) -> tuple[ConnectorSetup, list[SyncRule]]:
    """Accounts, and groups of them."""
    types = {"person": "id cn mail note tags* boss>person", "group": "id cn member>person*"}
    settings: dict[str, Any] = {"delta": draw(st.booleans()), "whole_references": draw(st.booleans())}
    if sort == "named":
        settings |= {"named": True, "references": "name"}
    setup = simulated(name, types, anchor="id" if sort in ("keyed", "listing") else "", **settings)
    if sort == "listing":
        settings = {"path": f"{name}.csv", "export": "listing"}
        people_only = {"person": setup.schema["person"]}
        setup = replace(setup, kind="delimited", settings=settings, schema=people_only)
    named = {"dn": '="cn=" & [key] & ",ou=" & IIF(IsPresent([dept]),[dept],"none")'} if sort == "named" else {}
    optional = draw(st.sets(st.sampled_from(["cn", "mail", "tags", "boss"]), min_size=2))
    sources = {"cn": "name", "mail": "mail", "tags": "tags", "boss": "boss"}
    flows = named | {"id": "key", "cn": "name"} | {to: sources[to] for to in sorted(optional)}
    # What is only added goes with what was there before, so two worlds of other histories differ: no law compares it.
    single = st.sampled_from([how for how in Enforce if how is not Enforce.ADD])
    enforced = draw(st.dictionaries(st.sampled_from(["cn", "mail"]), single))
    people = outbound(
        name,
        flows,
        name=f"{name} accounts",
        where=draw(st.sampled_from(_SCOPES)),
        once=["mail"] if draw(st.integers(0, 3)) == 0 else [],
        deprovision=draw(st.sampled_from(list(deprovision))),
        enforce=enforced,
    )
    if sort == "listing":
        return setup, [people]
    named = {"dn": '="cn=" & [key] & ",ou=groups"'} if sort == "named" else {}
    member = draw(st.sampled_from(["members", "staff"]))
    groups = outbound(
        name,
        {**named, "id": "key", "cn": "name", "member": member},
        name=f"{name} groups",
        object_type="group",
        resource_type="group",
        deprovision=draw(st.sampled_from(list(deprovision))),
    )
    return setup, [people, groups]


@st.composite
def _back(draw: st.DrawFn, target: ConnectorSetup) -> list[SyncRule]:
    """What is kept in a target, and taken from there; and what is written there, and may be changed."""
    flows = draw(st.sampled_from([{}, {"title": "note"}, {"title": "note", "mail": "mail", "boss": "boss"}]))
    link = LinkType.JOIN
    return [inbound(target.name, flows, name=f"{target.name} notes", link=link, precedence=50)] if flows else []


natures = st.one_of(
    st.just(Nature()),
    st.builds(Nature, trims=st.just(frozenset(["cn"])), folds=st.just(frozenset(["mail"])), repairs=st.booleans()),
    st.builds(
        Nature,
        seed=st.integers(0, 9),
        reorders=st.booleans(),
        repairs=st.booleans(),
        refuses=st.sampled_from([0.0, 0.2]),
        ignores=st.sampled_from([0.0, 0.2]),
        late=st.sampled_from([0.0, 0.2]),
        twice=st.sampled_from([0.0, 0.2]),
        silent=st.sampled_from([0.0, 0.2]),
        breaks=st.sampled_from([0.0, 0.1]),
        truncates=st.sampled_from([0.0, 0.2]),
    ),
)
"""Faithful, or unfaithful in ways that time and patience can make good.

One that alters values, and of which nobody knows whether it took them, is fought: nothing refused is called learned.
"""


@st.composite
def directories(draw: st.DrawFn) -> Universe:
    """A directory with containers as the source, which puts right what refers to an entry that moves."""
    types = {"person": PERSON, "group": GROUP, "unit": "ou"}
    tree = simulated("tree", types, named=True, references="name", delta=draw(st.booleans()))
    flows = {"key": "key", "name": "name", "boss": "boss"}
    groups = {"key": "key", "name": "name", "members": "members"}
    rules = [
        inbound("tree", flows, name="people", join=["key=key"]),
        inbound("tree", groups, name="groups", object_type="group", resource_type="group", join=["key=key"]),
    ]
    target, written = draw(_target("app0", draw(st.sampled_from(SORTS)), [Deprovision.DELETE]))
    return Universe((tree,), (target,), (*rules, *written), (), (Nature(),))

"""What an import has to look out for, as the rules ask."""

from collections.abc import Callable
from dataclasses import replace

from mimas.schema.attributes import ObjectType
from mimas.sync.compiling import compile_rules
from mimas.sync.interest import Interest, Lenience
from mimas.sync.rules import Clause, Enforce, LinkType, Operator, RuleSet, SyncRule
from tests.world import attributes, inbound, outbound, person

NONE = Interest()


def interest(*rules: SyncRule, connector: str = "app") -> Interest:
    columns = attributes("id name mail title manager>person assistant>person")
    types = {name: ObjectType(name, columns, ("id",)) for name in ("person", "guest", "group")}
    load: Callable[[str], object] = {"x:f": str}.__getitem__
    return compile_rules(RuleSet({"person": person()}, rules), {"app": types, "hr": types}, load).interest(connector)


def test_the_references_that_are_written_are_governed_for_each_type() -> None:
    rules = (
        outbound("app", {"name": "name", "manager": "manager"}),
        outbound("app", {"assistant": "manager"}, name="other", intent="second"),
        outbound("app", {"name": "name"}, name="guests", object_type="guest"),
        outbound("hr", {"manager": "manager"}, name="elsewhere", object_type="group"),
    )
    assert interest(*rules).governed == {"person": {"manager", "assistant"}, "guest": set()}
    assert interest(*rules, connector="none") == NONE


def test_the_first_sight_of_an_object_matters_to_inbound_rules_once_only_flows_and_those_who_wait() -> None:
    plain = outbound("app", {"name": "name"})
    assert interest(plain).attentive == set()
    assert interest(plain, inbound("app", {"name": "name"}, object_type="guest")).attentive == {"guest"}
    assert interest(outbound("app", {"name": "name", "title": "title"}, once=["title"])).attentive == {"person"}
    waiting = outbound("hr", {"name": "name"}, name="waits", object_type="group", after="app out")
    assert interest(plain, waiting).attentive == {"person"}
    assert interest(plain, waiting, connector="hr").attentive == set()


def test_a_type_is_watched_when_its_linking_reads_what_outbound_rules_write() -> None:
    writes = outbound("app", {"id": "employeeId", "title": "title"})

    def watched(*rules: SyncRule) -> bool:
        return bool(interest(*rules).watchful)

    assert watched(writes, inbound("app", {}, where=["title EQUAL boss"]))
    assert watched(writes, inbound("app", {}, join=["title=title"]))
    assert watched(writes, inbound("app", {}, join=["mail=mail", "name=name =Trim([title])=title"]))
    assert watched(writes, inbound("app", {}, join=["x:f=title"]))
    asked = inbound("app", {}, where=["mail EQUAL x"])
    assert watched(writes, replace(asked, scope=((Clause("", Operator.EQUAL, function="x:f"),),)))
    assert not watched(writes, asked)
    assert not watched(writes, inbound("app", {}, join=["mail=mail"]))
    assert not watched(writes, inbound("app", {}, object_type="guest", where=["title EQUAL boss"], join=["x:f=title"]))
    assert not watched(inbound("app", {"title": "title"}, where=["title EQUAL boss"]))
    assert not watched(replace(writes, connector="hr"), inbound("app", {}, where=["title EQUAL boss"]))
    assert interest(writes, inbound("app", {}, where=["title EQUAL boss"])).watchful == {"person"}


def test_the_groups_that_scopes_ask_for() -> None:
    asks = replace(
        inbound("app", {}, where=["manager ISMEMBEROF %Group%", "title EQUAL x"]), parameters={"Group": "cn=staff"}
    )
    other = inbound("app", {}, name="b", where=["manager ISNOTMEMBEROF cn=guests"])
    written = outbound("app", {"id": "employeeId"}, where=["manager ISMEMBEROF cn=out"])
    assert interest(asks, other, written).groups == {("manager", "cn=staff"), ("manager", "cn=guests")}


def test_what_is_not_always_put_right() -> None:
    rules = (
        outbound("app", {"name": "name", "title": "title"}, enforce={"title": Enforce.ON_CHANGE}),
        outbound("app", {"mail": "mail"}, name="b", link=LinkType.JOIN, enforce={"mail": Enforce.WHILE_EMPTY}),
        outbound("app", {"mail": "mail"}, name="c", object_type="guest", enforce={"mail": Enforce.ON_CHANGE}),
        outbound("app", {"mail": "mail"}, name="d", object_type="group"),
    )
    assert interest(*rules).lenience == {
        "person": Lenience(on_change=frozenset({"title"}), while_empty=frozenset({"mail"})),
        "guest": Lenience(on_change=frozenset({"mail"})),
    }

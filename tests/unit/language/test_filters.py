"""Filters: the XPath dialect of the MIM Service, from text to tree."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from mimas.language.errors import ExpressionError
from mimas.language.filters.parser import DEEPEST, FARTHEST, parse
from mimas.language.filters.tree import (
    All,
    Comparison,
    Condition,
    Descends,
    Matches,
    Not,
    Now,
    Present,
    Referred,
    Refers,
    Selection,
    attributes,
)
from mimas.language.filters.tree import Any as Or

MOVED = "op:add-dayTimeDuration-to-dateTime(fn:current-dateTime(), xs:dayTimeDuration('{}'))"
QUOTED, NOW, ADD = "'{}'", "fn:current-dateTime()", "op:add-dayTimeDuration-to-dateTime"
ADDED = MOVED.format("P14D")
BACK = 'op:subtract-dayTimeDuration-from-dateTime(fn:current-dateTime(), xs:dayTimeDuration("{}"))'


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("a='x'", Comparison("a", "=", "x")),
        ('a = "it\'s"', Comparison("a", "=", "it's")),
        ("a = 'it''s \"so\"'", Comparison("a", "=", 'it\'s "so"')),
        ('a = "say ""so"""', Comparison("a", "=", 'say "so"')),
        ("a = ''", Comparison("a", "=", "")),
        ("a >= -7", Comparison("a", ">=", -7)),
        (f"a = {'9' * 300}", Comparison("a", "=", int("9" * 300))),
        ("a=true or a = False", Or((Comparison("a", "=", True), Comparison("a", "=", False)))),
        ("Disabled='true'", Comparison("Disabled", "=", "true")),
        ("a != '&Invalid&'", Comparison("a", "!=", "&Invalid&")),
        ("is-present(a)", Present("a")),
        ("starts-with(a, '%')", Present("a")),
        ("starts-with(a, '%b')", Matches("starts-with", "a", "%b")),
        ("contains(a, '%')", Matches("contains", "a", "%")),
        ("not (a = 1)", Not(Comparison("a", "=", 1))),
        ("m = /*", Refers("m", (Selection(None),))),
        ("m = /a | /b", Refers("m", (Selection("a"), Selection("b")))),
        ("m != /a", Not(Refers("m", (Selection("a"),)))),
        ("m = /a/b and c = 1", All((Refers("m", (Selection(None, Referred("b", (Selection("a"),))),)),
                                    Comparison("c", "=", 1)))),
        ("descendant-in('m', /a[b = 1])", Descends("m", (Selection("a", Comparison("b", "=", 1)),))),
        ("m = descendants(/a, 'b')", Refers("m", (Selection(None, Descends("b", (Selection("a"),))),))),
        ("d < fn:current-dateTime()", Comparison("d", "<", Now())),
        (f"d < {MOVED.format('P14DT0H0M')}", Comparison("d", "<", Now(timedelta(days=14)))),
        (f"d < {MOVED.format('-PT1.5S')}", Comparison("d", "<", Now(timedelta(seconds=-1.5)))),
        (f"d >{BACK.format('PT5M')}", Comparison("d", ">", Now(timedelta(minutes=-5)))),
    ],
)  # fmt: skip
def test_conditions(condition: str, found: Condition) -> None:
    assert parse(f"/person[{condition}]") == (Selection("person", found),)


def test_a_path_is_turned_round() -> None:
    own = Selection("Set", Comparison("ObjectID", "=", "x"))
    member = Referred("ComputedMember", (own,))
    path = "/Set[ObjectID = 'x']/ComputedMember"
    assert parse(path) == (Selection(None, member),)
    assert parse(f"{path}[a = 1]") == (Selection(None, All((member, Comparison("a", "=", 1)))),)
    assert parse(f"{path}[a = 1 and b = 2]") == (
        Selection(None, All((member, Comparison("a", "=", 1), Comparison("b", "=", 2)))),
    )
    assert parse(f"{path}/Manager") == (Selection(None, Referred("Manager", (Selection(None, member),))),)
    assert parse(f"descendants({path}, 'Manager') | /person") == (
        Selection(None, Descends("Manager", (Selection(None, member),))),
        Selection("person"),
    )
    assert attributes(parse(f"/Person[Manager = {path}]")) == {"Manager", "ComputedMember", "ObjectID"}


SET = "/Set[ObjectID = '10000005-1111-45b5-ad13-2764d866c000']/ComputedMember"
STOCK = [
    "/*",
    "/ma-data",
    "/*[ObjectType='ma-data' or ObjectType='mv-data']",
    "/*[ObjectType='Group' or ObjectType='msidmSystemConfiguration' ]",
    "/ObjectTypeDescription[not (UsageKeyword ='A.B') and not (UsageKeyword='A.C') and not(UsageKeyword='A.D')]",
    f"/*[(ObjectID = {SET}) or (ObjectID = {SET})]",
    f"/*[(ObjectID={SET}) or (ObjectID={SET})]",
    f"/Person[ObjectID != {SET}]",
    '/Group[Type="Distribution"]',
    "/Group[(MembershipAddWorkflow='Owner Approval') and (Type='Distribution')]",
    "/Group[(MembershipLocked=false) and (MembershipAddWorkflow='None') and (Type='Security' or Type='MailSecurity')]",
    "/Group[(MembershipLocked = False) and ((Type = 'Security') or (Type = 'MailEnabledSecurity'))]",
    '/Request[(RequestControl ="CancelOperation")]',
    "/Person[ObjectID='FB89AEFA-5EA1-47F1-8890-ABE7797D6497']",
    f"/Group[ExpirationTime < {BACK.replace('subtract', 'add').replace('-from-', '-to-').format('P14DT0H0M')}]",
    "/ManagementPolicyRule[not (Disabled='true')] ",
    "/BindingDescription[BoundObjectType=/ObjectTypeDescription[Name='Group']]/BoundAttributeType",
    "/ManagementPolicyRule[ActionWorkflowDefinition=/WorkflowDefinition[RunOnPolicyUpdate='true']]",
    "/Request[Creator='%LoginID%' and (RequestStatus='Failed' or RequestStatus='Denied')]",
    f"/Request[Creator='%LoginID%' and CreatedTime>{BACK.format('P10D')}]",
    "/Approval[Approver='%LoginID%' and not (ApprovalResponse = /ApprovalResponse[Creator='%LoginID%'])]",
    "/Group[(Type='Security' or Type='MailEnabledSecurity') and ComputedMember='%LoginID%']",
    "/msidmPamRole[msidmPamCandidates='%LoginID%']",
    "/ApprovalResponse[Approval='%ObjectID%']",
]
"""The shapes of all filters that MIM is delivered with: sets, search scopes, lists of forms."""


@pytest.mark.parametrize("text", STOCK)
def test_every_shape_of_the_delivered_filters(text: str) -> None:
    stored = (
        '<Filter xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'Dialect="http://schemas.microsoft.com/2006/11/XPathFilterDialect" '
        f'xmlns="http://schemas.xmlsoap.org/ws/2004/09/enumeration">{text.replace("<", "&lt;")}</Filter>'
    )
    assert parse(stored) == parse(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<Filter>/a", "it is no XML (no element found: line 1, column 10)"),
        ("<Filter>/a</Filter><Filter/>", "it is no XML (junk after document element: line 1, column 19)"),
        ("<Filter>/a<b/></Filter>", "an element b does not belong there"),
        ("<Filter>/a<Filter/></Filter>", "an element Filter does not belong there"),
        ("<a/>", "an element a does not belong there"),
        ("<a xmlns='x'/>", "an element a does not belong there"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><Filter>&b;</Filter>", "it has a document type, which no filter has"),
    ],
)
def test_stored_forms_that_are_none(text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.message == (
        f"The filter cannot be read in the form that MIM stores: {says}. Write its XPath alone."
    )


def test_a_stored_form_may_have_space_around_it() -> None:
    assert parse("\n <Filter> /a </Filter>\n") == parse("/a")


def test_a_stored_form_with_nothing_in_it() -> None:
    with pytest.raises(ExpressionError, match=r"^A filter begins with the type"):
        parse("<Filter/>")


def test_a_stored_form_may_be_long_and_say_what_it_was_once_encoded_in() -> None:
    filter_ = f"/a[b = '{'é<' * 10_000}']"
    escaped = filter_.replace("<", "&lt;")
    assert parse(f'<?xml version="1.0" encoding="utf-16"?><Filter>{escaped}</Filter>') == parse(filter_)


def test_the_place_of_a_mistake_in_a_stored_form_is_that_in_its_xpath() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("<wsen:Filter xmlns:wsen='x'> /a[b &lt;&gt; 1]</wsen:Filter>")
    assert (caught.value.text, caught.value.position, caught.value.suggestion) == ("/a[b <> 1]", 5, "!=")


@pytest.mark.parametrize(
    ("text", "says", "position", "suggestion"),
    [
        ("person", "A filter begins with the type: /person[...].", 0, "/person"),
        ("/person[a == 'b']", "== is no operator.", 10, "="),
        ("/person[a <> 'b']", "<> is no operator.", 10, "!="),
        ("/person[startswith(a, 'b')]", "There is no function startswith.", 8, "starts-with"),
        ("/person[a = b]", "b is no value: text stands in quotes.", 12, "'b'"),
        ("/person[a = 'b]", "A text is not closed: its second ' is missing.", 12, ""),
        ("/person[a = 'b'", "The filter ends too early: a ] is missing.", 15, ""),
        ("/person[(a = 'b']", "] is not expected here.", 16, ""),
        ("/person[a = 'b' && c = 'd']", "&& is not expected here.", 16, "and"),
        ("/person[a = 'b' AND c = 'd']", "AND is not expected here.", 16, "and"),
        ("/person[]", "] is not expected here.", 8, ""),
        ("", "A filter begins with the type: /person[...].", 0, "/person"),
        (" group ", "A filter begins with the type: /person[...].", 0, "/group"),
        ("/person[a = 5 = 6]", "= is not expected here.", 14, ""),
        ("/person[a ! b]", "! is not expected here.", 10, "not(...)"),
        ("/person[a = 'b' || c = 1]", "|| is not expected here.", 16, "or"),
        ("/person[a = 'b' & c = 1]", "& is not expected here.", 16, "and"),
        ("/person[a = 'b' c = 1]", "c is not expected here.", 16, ""),
        ("/person[a = 'b' c(d, 'e')]", "c is not expected here.", 16, ""),
        ("/person[starts-with(a, 'b'", "The filter ends too early: a ) is missing.", 26, ""),
        ("/person[starts-with(a, 'b')", "The filter ends too early: a ] is missing.", 27, ""),
        ("descendants(/person, 'm'", "The filter ends too early: a ) is missing.", 24, ""),
        ("/person[a = 1] |", "The filter ends too early: something is missing behind it.", 16, ""),
        ("/person[a = 1 X]", "X is not expected here.", 14, ""),
        ("/person[a = 1 ORDER]", "ORDER is not expected here.", 14, ""),
        ("/person[a = 1]]x", "] is not expected here.", 14, ""),
        ("/person[a =", "The filter ends too early: a ] is missing.", 11, ""),
        ("/person |", "The filter ends too early: something is missing behind it.", 9, ""),
        ('/person[a = "b]', 'A text is not closed: its second " is missing.', 12, ""),
        ("/person[manager < /person]", "A path is compared with = and !=, not with <.", 16, ""),
        ("/person/*", "Only the first step of a path may be *: the others name a reference.", 8, ""),
        ("/person[a = 'b' 'c']", "A text is not expected here: conditions are joined by and, or.", 16, ""),
        ("/person[a = 'b' '']", "A text is not expected here: conditions are joined by and, or.", 16, ""),
        ("/person[nto(a)]", "There is no function nto.", 8, "not"),
        ("/person[is-present(/a)]", "is-present is written so: is-present(attribute).", 8, ""),
        ("/person[starts-with(a)]", "starts-with is written so: starts-with(attribute, 'text').", 8, ""),
        ("/person[starts-with(a, b)]", "starts-with is written so: starts-with(attribute, 'text').", 8, ""),
        (
            "/person[descendant-in(manager, /person)]",
            "descendant-in is written so: descendant-in('attribute', /path).",
            8,
            "",
        ),
        (
            "/person[descendants(/person, 'manager')]",
            "descendants does not stand here, but so: descendants(/path, 'attribute').",
            8,
            "",
        ),
        ("/person[d < current-dateTime()]", "There is no function current-dateTime.", 12, "fn:current-dateTime"),
        ("/person[d < contains(a, 'b')]", "contains does not stand here, but so: contains(attribute, 'text').", 12, ""),
        (
            "/person[fn:current-dateTime()]",
            "fn:current-dateTime does not stand here, but so: fn:current-dateTime().",
            8,
            "",
        ),
        ("fn:current-dateTime()", "fn:current-dateTime does not stand here, but so: fn:current-dateTime().", 0, ""),
        ("descendants(/person)", "descendants is written so: descendants(/path, 'attribute').", 0, ""),
        ("descendant(/person, 'manager')", "There is no function descendant.", 0, "descendants"),
        (
            f"/person[d < {MOVED.format('14 days')}]",
            "'14 days' is no duration: days, hours, minutes and seconds are written so.",
            89,
            "'P14DT2H30M'",
        ),
        (
            f"/person[d < {MOVED.format('P99999999999D')}]",
            "'P99999999999D' is no duration: days, hours, minutes and seconds are written so.",
            89,
            "'P14DT2H30M'",
        ),
        (f"/person[d < {MOVED.replace('xs:day', 'xs:Day').format('P1D')}]", f"{ADD} is written so: {ADDED}.", 12, ""),
        (f"/person[d < {MOVED.replace(QUOTED, 'P1D')}]", f"{ADD} is written so: {ADDED}.", 12, ""),
        (f"/person[d < {MOVED.replace(ADD, 'op:plus').format('P1D')}]", "There is no function op:plus.", 12, ""),
        (
            f"/person[d < {MOVED.format('P999999999D').replace(NOW, MOVED.format('P999999999D'))}]",
            "The duration lies beyond the calendar.",
            160,
            "",
        ),
        ("/person[a = /group[b == 1]]", "== is no operator.", 21, "="),
        (f"/person[a = {'1' * 301}]", "The number is too long.", 12, ""),
        ("/person[a = '\ud800']", "This is half a character, which nothing can equal.", 13, ""),
        ("/person[matches(a, 'b')]", "There is no function matches.", 8, ""),
    ],
)
def test_errors(text: str, says: str, position: int, suggestion: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.message == says
    assert (caught.value.text, caught.value.position, caught.value.suggestion) == (text, position, suggestion)


def test_the_tree_knows_where_its_parts_stand() -> None:
    text = "/person[a = 'x' and contains(b, \"y\") or not(c != -5)] | /*"
    (selection, everything) = parse(text)
    compared = Comparison("a", "=", "x", text.index("a ="))
    matched = Matches("contains", "b", "y", text.index("contains"))
    differs = Comparison("c", "!=", -5, text.index("c !="))
    assert selection == Selection("person", Or((All((compared, matched)), Not(differs))))
    assert everything == Selection(None)
    found = selection.condition
    assert isinstance(found, Or)
    assert isinstance(found.conditions[0], All)
    assert isinstance(found.conditions[1], Not)
    parts = (*found.conditions[0].conditions, found.conditions[1].condition)
    assert [part.position for part in parts if isinstance(part, Comparison | Matches)] == [8, 20, 44]


@pytest.mark.parametrize("condition", ["", "[c = 1]", "[c = 1 and d = 2]"])
def test_a_step_of_a_path_stands_where_its_name_does(condition: str) -> None:
    (selection,) = parse(f"/person/manager{condition}")
    referred = selection.condition.conditions[0] if isinstance(selection.condition, All) else selection.condition
    assert isinstance(referred, Referred)
    assert selection.position == referred.position == len("/person/")
    assert referred.by[0].position == 1
    _, descending = parse(f"/person | descendants(/person/manager{condition}, 'manager')")
    assert isinstance(descending.condition, Descends)
    assert descending.position == descending.condition.position == len("/person | ")


def test_the_deepest_filter() -> None:
    deep = "not(" * (DEEPEST - 1) + "a = 'x'" + ")" * (DEEPEST - 1)
    assert parse(f"/person[{deep}]")
    with pytest.raises(
        ExpressionError, match=r"^The filter is nested too deep, more than 120 levels: divide it into sets."
    ):
        parse(f"/person[not({deep})]")
    for shape in ("/person[a = 'x' and {}]", "/person[{} and m = /group]"):
        with pytest.raises(ExpressionError, match="nested too deep"):
            parse(shape.format(deep))
    pairs = DEEPEST // 2
    assert parse("/person[" + "a = 1 and not(" * (pairs - 1) + "a = 1" + ")" * (pairs - 1) + "]")
    with pytest.raises(ExpressionError, match="nested too deep"):
        parse("/person[" + "a = 1 and not(" * pairs + "a = 1" + ")" * pairs + "]")
    left = DEEPEST - FARTHEST
    far = "/person" + "[m = /person" * FARTHEST + "[{}]" + "]" * FARTHEST
    assert parse(far.format("not(" * (left - 1) + "a = 1" + ")" * (left - 1)))
    with pytest.raises(ExpressionError, match="nested too deep"):
        parse(far.format("not(" * left + "a = 1" + ")" * left))
    with pytest.raises(ExpressionError, match="nested too deep"):
        parse(f"/group | /person[a = 'x' or {deep}]")
    with pytest.raises(ExpressionError, match="nested too deep"):
        parse(f"/person[not({deep})] | /group[a = 1 and b = 2]")


def test_the_farthest_filter() -> None:
    assert parse("/person" + "/manager" * FARTHEST)
    for far in ("/person" + "/manager" * (FARTHEST + 1), "/person" + "[m = /person" * 17 + "]" * 17):
        with pytest.raises(
            ExpressionError, match=r"^The filter follows references more than 16 times: divide it into se"
        ):
            parse(far)


def test_deep_filters_never_crash() -> None:
    with pytest.raises(ExpressionError, match="too deep"):
        parse("/person[" + "(a = 'x' and not(" * 200 + "a = 'x'" + "))" * 200 + "]")
    assert parse("/person[" + "(" * 9000 + "a = 'x'" + ")" * 9000 + "]") == parse("/person[a = 'x']")


def test_the_examples_of_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "filters.md").read_text()
    blocks = re.findall(r"```xpath\n(.*?)```", page, re.DOTALL)
    examples = [line for block in blocks for line in block.splitlines()]
    assert len(examples) > 5
    for example in examples:
        parse(example)

"""Values that come back to where they began; and what comes near it."""

from pathlib import Path

from sketch import PEOPLE, USERS, rule, said

from mimas.configuration.problem import Problem, Severity


def inbound(name: str, flows: str) -> str:
    return rule(name, flows, "app user", 100, direction="inbound", join="[id = id]")


def back(flow: str) -> str:
    return inbound("In", f"{{text: '{flow}'}}")


def out(flow: str, **more: str) -> str:
    return rule("Out", f"{{text: '{flow}'}}", "app user", 100, **more)


def found(home: Path, *rules: str) -> list[Problem]:
    return said(home, PEOPLE, USERS, *rules)


def test_what_flows_out_as_it_came_in_stays(tmp_path: Path) -> None:
    assert found(tmp_path, back("text"), out("text")) == []
    assert found(tmp_path, back("=[text]"), out("text")) == []


def test_what_is_changed_on_its_way_is_still_the_systems_own(tmp_path: Path) -> None:
    assert found(tmp_path, back("=LCase([text])"), out("text")) == []
    assert found(tmp_path, back("text"), out("=Trim([text])")) == []


def test_what_grows_each_time_is_an_error(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, back('=[text] & "1"'), out("text"))
    assert (problem.severity, problem.about) == (Severity.ERROR, "In")
    assert problem.message.startswith("'text' comes back to itself, person.text → 'Out' (documents/all.yaml:")
    assert "app user.text → 'In' (documents/all.yaml:" in problem.message
    assert problem.message.endswith("→ person.text: it is another value each time")


def test_another_source_or_another_value_or_a_scope_makes_it_uncertain(tmp_path: Path) -> None:
    other = rule("HR", "{text: text}", precedence=50)
    assert found(tmp_path, back('=[text] & "1"'), out("text"), other) == []
    assert found(tmp_path, back("=Coalesce(LCase([text]), [id])"), out("text")) == []
    assert found(tmp_path, back('=[text] & "1"'), out("text", scope="[id EQUAL 1]")) == []
    second = rule("Second", "{text: id}", "app user", precedence=50)
    assert found(tmp_path, back('=[text] & "1"'), out("text"), second) == []


def test_once_is_no_circle_and_neither_is_a_unique_value(tmp_path: Path) -> None:
    once = rule("Out", "{text: {attribute: text, once: true}}", "app user")
    assert found(tmp_path, back('=[text] & "1"'), once) == []
    unique = inbound("In", "{text: {unique: ['=LCase([text])']}}")
    assert found(tmp_path, unique, out("text")) == []


def test_another_type_of_objects_is_no_circle(tmp_path: Path) -> None:
    assert found(tmp_path, back('=[text] & "1"'), rule("Out", "{text: text}", "app role")) == []


def test_through_two_systems_even_what_stays_as_it_is_is_lost(tmp_path: Path) -> None:
    round_trip = [
        inbound("One", "{text: text}"),
        rule("Two", "{text: more}", "app user"),
        inbound("Three", "{more: more}"),
        rule("Four", "{more: text}", "app user"),
    ]
    (problem,) = found(tmp_path, *round_trip)
    assert problem.severity is Severity.WARNING
    for name in ("One", "Two", "Three", "Four"):
        assert f"'{name}' (documents/all.yaml:" in problem.message, "the whole circle is told, rule by rule"
    assert found(tmp_path, *round_trip, rule("HR", "{more: more}", precedence=50)) == []
    assert len(found(tmp_path, *round_trip[:3])) == 0

"""The suite itself: its files are well formed, mean the same to every reader of YAML, and can fail."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.events import AliasEvent, NodeEvent, ScalarEvent

from tests.conformance import suite
from tests.conformance.known import KNOWN
from tests.conformance.running import Run
from tests.conformance.suite import Case, Row
from tests.conformance.system import System

FILES = suite.files()
CASES = list(suite.cases())


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_as_the_schema_says(name: str) -> None:
    fastjsonschema = pytest.importorskip("fastjsonschema")
    schema = json.loads((suite.FOLDER / "schema.json").read_text(encoding="utf-8"))
    fastjsonschema.compile(schema)(FILES[name])


def test_the_schema_refuses_what_is_no_case() -> None:
    fastjsonschema = pytest.importorskip("fastjsonschema")
    validate = fastjsonschema.compile(json.loads((suite.FOLDER / "schema.json").read_text(encoding="utf-8")))
    for path, wrong in [("id", "join-1"), ("title", "no sentence"), ("steps", []), ("ends", "well"), ("colour", "red")]:
        content = json.loads(json.dumps(FILES["joins.yaml"]))
        content["cases"][0][path] = wrong
        with pytest.raises(fastjsonschema.JsonSchemaException):
            validate(content)


def test_a_number_is_given_once_and_says_its_file() -> None:
    ids = [case.id for case in CASES]
    assert len(set(ids)) == len(ids)
    for name, content in FILES.items():
        numbers = [case["id"] for case in content["cases"]]
        assert len({number.partition("-")[0] for number in numbers}) == 1, name
        assert [int(number.partition("-")[2]) for number in numbers] == list(range(1, len(numbers) + 1)), name


def test_every_case_has_a_point_of_its_own() -> None:
    titles = [case.title for case in CASES]
    assert len(set(titles)) == len(titles)
    assert all(any("expect" in step for step in case.steps) for case in CASES)


def test_what_is_written_means_the_same_in_yaml_1_1_and_1_2() -> None:
    safe = re.compile(r"0|[1-9][0-9]*|true|false|null|[^0-9+.~=<-].*|\.", re.DOTALL)
    unsafe = {"yes", "no", "on", "off", "y", "n", "True", "False", "Null", "TRUE", "FALSE", "NULL", "Yes", "No"}
    for path in sorted(suite.FOLDER.glob("*.yaml")):
        for event in YAML(pure=True).parse(path.read_text(encoding="utf-8")):
            where = f"{path.name}, line {event.start_mark.line + 1}"
            if isinstance(event, NodeEvent):
                assert not isinstance(event, AliasEvent), where
                assert event.anchor is None, where
                assert getattr(event, "ctag", None) is None, where
            if isinstance(event, ScalarEvent) and event.style is None:
                assert safe.fullmatch(event.value), f"{where}: {event.value}"
                assert event.value not in unsafe, f"{where}: {event.value}"


def test_the_tags_are_what_a_case_asks_of_an_engine() -> None:
    assert {case.id: set(case.tags) for case in CASES} == {case.id: suite.words(case) for case in CASES}


def test_the_page_in_the_documentation_names_every_deviation_and_counts_right() -> None:
    page = (suite.FOLDER.parent / "docs" / "conformance.md").read_text(encoding="utf-8")
    first, _, second = page.partition("## Known bugs")
    for kind, text in [("declared", first), ("bug", second)]:
        listed = {
            id_ for line in text.splitlines() if line.startswith("| ") for id_ in re.findall(r"[A-Z]+-[0-9]{3}", line)
        }
        assert listed == {id_ for id_, deviation in KNOWN.items() if deviation.kind == kind}
    passing = len(CASES) - len(KNOWN)
    kinds = [deviation.kind for deviation in KNOWN.values()]
    declared, bugs = kinds.count("declared"), kinds.count("bug")
    score = f"{len(CASES)} cases, {passing} pass, {declared} declared differences"
    score += f", {bugs} known bugs\n" if bugs else "\n"
    assert score in page
    assert score in (suite.FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(KNOWN) <= {case.id for case in CASES}


class Nobody:
    """An engine that does nothing at all."""

    def __init__(self, case: Case) -> None:
        self.systems = {name: System(name, spec) for name, spec in case.systems.items()}

    def nothing(self, *_: object, **__: object) -> None: ...

    change_rules = wait = do = link = unlink = decide = nothing

    def hub(self, type_: str) -> list[Row]:
        return []

    def links(self, system: str) -> dict[str, str | None]:
        return {}

    def pending(self, system: str) -> dict[str, str]:
        return {}

    def held(self, system: str) -> dict[str, int]:
        return {}

    def told(self) -> set[str]:
        return set()


def test_an_engine_that_does_nothing_does_not_pass() -> None:
    passed = {case.id for case in CASES if not list(Run(case, Nobody(case), "delta").differences())}
    assert passed == {"PROJ-002"}  # whose law is that nothing is done yet


def test_a_case_over_its_base() -> None:
    base: Mapping[str, Any] = {
        "hub": {},
        "systems": {},
        "rules": {"a": {"rank": 1, "flows": {"x": "y"}}},
        "given": {"hr": []},
    }
    written = {"id": "X-1", "title": "t", "rules": {"a": {"rank": 2, "flows": {"x": None, "z": "z"}}}, "steps": []}
    case = suite.case(base, written)
    assert case.rules == {"a": {"rank": 2, "flows": {"z": "z"}}}
    assert case.given == {"hr": []}

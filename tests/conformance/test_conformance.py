"""Every case of the conformance suite, in each of its ways, against Mimas."""

from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.conformance import suite
from tests.conformance.adapter import Adapter
from tests.conformance.known import KNOWN
from tests.conformance.running import Run
from tests.conformance.suite import Case
from tests.conformance.translating import UnsupportedError

CASES = {case.id: case for case in suite.cases()}


@pytest.mark.parametrize("id_", CASES)
def test_case(id_: str, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    known = KNOWN.get(id_)
    try:
        found = [line for way in CASES[id_].ways for line in _run(CASES[id_], way, tmp_path)]
    except UnsupportedError as error:
        record_property("conformance", "unsupported")
        pytest.skip(f"not supported: {error}")
    if known is None:
        record_property("conformance", "pass")
        assert not found, f"{id_}: {CASES[id_].title}\n" + "\n".join(found)
    else:
        record_property("conformance", known.kind)
        assert found, f"{id_} is in the list of known deviations and passes: take it out."


def test_the_example_of_the_readme(tmp_path: Path) -> None:
    text = (suite.FOLDER / "README.md").read_text(encoding="utf-8")
    content = YAML(typ="safe", pure=True).load(text.partition("```yaml\n")[2].partition("```")[0])
    case = suite.case(content["base"], content["cases"][0])
    assert [line for way in case.ways for line in _run(case, way, tmp_path)] == []


def _run(case: Case, way: str, home: Path) -> list[str]:
    adapter = Adapter(home, case)
    try:
        return [f"{way}: {line}" for line in Run(case, adapter, way).differences()]
    finally:
        adapter.close()

"""The catalogue says everything that the run history can say, and nothing else."""

from pathlib import Path

import pytest

from mimas.runs.catalogue import CATALOGUE, COUNTERS, ERRORS, RESULTS, WITHOUT_OBJECTS, Entry, Stage
from mimas.runs.catalogue.page import page
from mimas.runs.catalogue.words import COUNTERS as TOLD
from mimas.runs.catalogue.words import RESULTS as MARKED
from tests.unit.runs import raised

PAGE = Path(__file__).parents[3] / "docs" / "errors.md"
ENTRIES = [entry for entries in CATALOGUE.values() for entry in entries.values()]


def test_every_code_of_a_note_is_explained() -> None:
    assert raised.codes() == set(ERRORS)


def test_every_result_of_a_step_is_explained() -> None:
    assert raised.results() == set(RESULTS)


def test_every_counter_is_explained() -> None:
    assert raised.counters() | raised.counters_of_objects() == set(COUNTERS)


def test_a_counter_has_its_objects_kept_unless_it_is_said_why_not() -> None:
    assert raised.counters_of_objects() == set(COUNTERS) - set(WITHOUT_OBJECTS)
    assert raised.counters() == set(WITHOUT_OBJECTS)


def test_counters_and_results_have_plain_words_too() -> None:
    assert set(TOLD) == set(COUNTERS)
    assert set(MARKED) == set(RESULTS) - {"interrupted"}, "nobody is told how a step ends that nobody sees end"


@pytest.mark.parametrize("code", ["ambiguous-update", "readonly-attribute", "rename-to-existing-dn", "export-rename"])
def test_the_source_is_read_through_variables_tables_and_defaults(code: str) -> None:
    assert code in raised.codes() | raised.counters_of_objects()


def test_what_cannot_be_followed_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("Note(code, 'x')\nNote('a' + 'b', 'x')\n")
    module = raised.Module(tmp_path / "a.py")
    for _, call in module.calls():
        with pytest.raises(AssertionError, match=r"a\.py:\d: it is not clear"):
            module.texts(call.args[0])


def test_entries_are_sentences_and_errors_say_what_to_do() -> None:
    for entry in ENTRIES:
        assert entry.meaning.endswith("."), entry.name
        assert entry.stages, entry.name
        assert not entry.advice or entry.advice.endswith("."), entry.name
    assert all(entry.advice for entry in ERRORS.values())
    assert all(entry.advice for entry in RESULTS.values() if entry.name != "success")


def test_names_that_are_said_to_be_those_of_mim_are() -> None:
    for kind, known in (("error", MIM_ERRORS), ("result", MIM_RESULTS), ("counter", MIM_COUNTERS)):
        names = {name for entry in CATALOGUE[kind].values() for name in entry.in_mim}
        assert names <= set(known.split()), names - set(known.split())


def test_names_of_ours_that_mim_has_for_something_else_are_told() -> None:
    known = {*MIM_ERRORS.split(), *MIM_RESULTS.split(), *MIM_COUNTERS.split()}
    other = {entry.name for entry in ENTRIES if entry.mim is not None and entry.name in known}
    assert other == {"exported-change-not-reimported", "flow-failure"}, "an error there and a counter here, or reversed"


def test_the_page_is_made_of_the_catalogue() -> None:
    made = "run: python -m mimas.runs.catalogue.page > docs/errors.md"
    assert PAGE.read_text(encoding="utf-8") == page(), made


def test_an_entry_without_other_names_has_its_own_in_mim() -> None:
    assert Entry("x", (Stage.RUN,), "X.").in_mim == ("x",)
    assert Entry("x", (Stage.RUN,), "X.", mim=()).in_mim == ()


MIM_ERRORS = """
missing-change-type invalid-change-type multi-valued-change-type need-full-object missing-dn dn-not-ldap-conformant
invalid-dn missing-anchor-component multi-valued-anchor-component anchor-too-long duplicate-object missing-object-class
missing-object-type unmappable-object-type parse-error read-error staging-error invalid-modification-type
conflicting-modification-types multi-single-mismatch invalid-attribute-value invalid-base64-value invalid-numeric-value
invalid-boolean-value reference-value-not-ldap-conformant invalid-reference-value unsupported-value-type
extension-dll-exception extension-dll-crash extension-dll-timeout unsupported-container-delete
unsupported-container-rename exported-change-not-reimported sync-rule-flow-provisioning-failed unexpected-error
cd-missing-object cd-existing-object cd-existing-attribute-or-value cd-connectivity-error cd-error duplicate-anchor
ambiguous-update rename-to-existing-dn schema-violation constraint-violation syntax-violation type-mismatch
readonly-attribute modify-naming-attribute insufficient-field-width insufficient-columns permission-issue
dn-attributes-failure partial-success non-existent-parent code-page-conversion
"""
"""Terms of MIM's error catalogue (*Management agent run errors* and *Export errors*), those that come near ours."""

MIM_RESULTS = """
in-progress success completed-no-objects completed-discovery-errors completed-sync-errors completed-export-errors
completed-warnings completed-transient-objects no-start-connection no-start-credentials no-start-file-not-found
stopped-connectivity stopped-service-shutdown stopped-object-limit stopped-deletion-limit stopped-error-limit
stopped-deletion-threshold-exceeded stopped-user-termination-from-wmi-or-ui
"""
"""MIM's step results, the last one of Entra Connect; those that come near ours."""

MIM_COUNTERS = """
stage-no-change stage-add stage-update stage-rename stage-delete stage-delete-add stage-failure filtered-deletions
filtered-objects disconnector-filtered disconnector-joined-no-flow disconnector-joined-flow
disconnector-joined-remove-mv disconnector-projected-no-flow disconnector-projected-flow
disconnector-projected-remove-mv disconnector-remains connector-filtered-remove-mv connector-filtered-leave-mv
connector-flow connector-flow-remove-mv connector-no-flow connector-delete-remove-mv connector-delete-leave-mv
connector-delete-add-processed flow-failure provisioned-add-no-flow provisioned-add-flow provisioned-rename-no-flow
provisioned-rename-flow provisioned-disconnect provisioned-delete-add-no-flow provisioned-delete-add-flow export-add
export-update export-rename export-delete export-delete-add export-failure
"""
"""MIM's run statistics, all of them."""

"""Checks of workflows: what cannot be is told with the line it stands in."""

from pathlib import Path

from mimas.configuration.check import check
from mimas.configuration.reading import read

FILE = """\
kind: ObjectType
name: person
attributes:
  displayName: string, indexed
  accountName: string, indexed
  manager: reference to person
---
kind: WorkflowDefinition
name: welcome
RequestPhase: Action
Activities:
  - activity: AddDelay
    duration: 3 days
  - activity: GenerateUniqueValue
    target: "[//Target/accountName]"
    candidates: ["[//Target/displayName][//UniquenessKey]"]
    conflicts: ["/person[accountName = '[//Value]']"]
  - activity: CreateResource
    type: person
    attributes:
      manager: "[//Target/manager/ObjectID]"
      accountName: "=LowerCase([//WorkflowData/name])"
    queries:
      team: "/person[manager = '[//Target/ObjectID]']"
    when: "=IsPresent([//Queries/team/displayName])"
  - activity: Notification
    to: "[//Target]"
    template: hello
---
kind: EmailTemplate
name: hello
EmailTemplateType: Notification
EmailSubject: Hello
EmailBody: Hello [//Target/displayName]
---
kind: Set
name: everybody
Filter: /person
---
kind: ManagementPolicyRule
name: newcomers
ManagementPolicyRuleType: SetTransition
ActionType: [TransitionIn]
GrantRight: false
ResourceFinalSet: everybody
ActionWorkflowDefinition: welcome
"""


def _said(home: Path, old: str = "", new: str = "") -> list[str]:
    assert old in FILE
    documents, wrong = read(FILE.replace(old, new, 1) if old else FILE, "w.yaml")
    assert wrong == []
    return [str(problem) for problem in check(home, documents)]


def _line(text: str) -> int:
    return FILE[: FILE.index(text)].count("\n") + 1


def test_nothing_is_said_of_one_that_is_right(tmp_path: Path) -> None:
    assert _said(tmp_path) == []


def test_an_activity_that_there_is_not(tmp_path: Path) -> None:
    (said,) = _said(tmp_path, "activity: AddDelay", "activity: AddDelays")
    assert said.startswith(f"w.yaml:{_line('activity: AddDelay')}: welcome: there is no activity 'AddDelays'")
    assert "AddDelay was meant" in said


def test_what_mim_calls_otherwise(tmp_path: Path) -> None:
    (said,) = _said(tmp_path, "activity: AddDelay", "activity: FunctionEvaluator")
    assert "that is UpdateResources here" in said
    (said,) = _said(tmp_path, "activity: AddDelay", "activity: QAGate")
    assert "Mimas does not do yet" in said
    (said,) = _said(tmp_path, "activity: AddDelay", "activity: SynchronizationRuleActivity")
    assert "the scope of the rule" in said


def test_a_setting_that_there_is_not(tmp_path: Path) -> None:
    (said,) = _said(tmp_path, "duration: 3 days", "durration: 3 days")
    assert said.startswith(f"w.yaml:{_line('duration: 3')}: ")
    assert "'durration'" in said


def test_an_expression_that_is_none(tmp_path: Path) -> None:
    (said,) = _said(tmp_path, "=LowerCase(", "=LowerCaze(")
    assert said.startswith(f"w.yaml:{_line('activity: CreateResource')}: ")


def test_a_phase_in_which_it_has_no_place(tmp_path: Path) -> None:
    said = _said(tmp_path, "activity: AddDelay\n    duration: 3 days", "activity: FilterValidation\n    scope: none")
    assert "'FilterValidation' has no place in the phase Action" in said[0]


def test_a_look_up_of_what_nobody_has(tmp_path: Path) -> None:
    (said,) = _said(tmp_path, '"[//Target/manager/ObjectID]"', '"[//Target/manger/ObjectID]"')
    line = _line("    attributes:\n      manager")
    assert said.startswith(f"w.yaml:{line}: warning: welcome: no type has the attribute 'manger'")
    assert "did you mean 'manager'?" in said


def test_a_filter_that_cannot_be_understood(tmp_path: Path) -> None:
    (said,) = _said(tmp_path, "/person[accountName", "/person[acountName")
    assert said.startswith(f"w.yaml:{_line('    conflicts')}: ")
    assert "person has no attribute acountName" in said
    assert "did you mean accountName?" in said


def test_a_template_and_a_script_that_there_are_not(tmp_path: Path) -> None:
    (said,) = _said(tmp_path, "template: hello", "template: helo")
    assert "warning" in said
    assert "did you mean 'hello'?" in said
    script = ("activity: AddDelay\n    duration: 3 days", "activity: RunScript\n    script: go.sh")
    (said,) = _said(tmp_path, *script)
    assert "there is no file scripts/go.sh" in said
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "go.sh").touch()
    assert _said(tmp_path, *script) == []


def test_the_templates_of_an_approval(tmp_path: Path) -> None:
    whole = FILE[FILE.index("RequestPhase: Action") : FILE.index("---\nkind: EmailTemplate")]
    approval = "RequestPhase: Authorization\nActivities:\n  - {activity: Approval, approvers: '[//Target/manager]'"
    said = _said(tmp_path, whole, f"{approval}, templates: {{pending: helo, denied: denied}}}}\n")
    assert [one for one in said if "did you mean 'hello'?" in one]
    assert not [one for one in said if "'denied'" in one]


def test_a_rule_that_names_one_of_another_phase(tmp_path: Path) -> None:
    (said,) = _said(tmp_path, "ActionWorkflowDefinition", "AuthorizationWorkflowDefinition")
    assert said.startswith(f"w.yaml:{_line('ActionWorkflowDefinition')}: newcomers: ")
    assert "write it under `ActionWorkflowDefinition`" in said


def test_one_without_activities_that_something_waits_for(tmp_path: Path) -> None:
    whole = FILE[FILE.index("RequestPhase: Action") : FILE.index("---\nkind: EmailTemplate")]
    said = _said(tmp_path, whole, "RequestPhase: Authorization\n")
    assert any("whatever waits for it is denied" in one for one in said)

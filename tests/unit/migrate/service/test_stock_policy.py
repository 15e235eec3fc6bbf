"""The policy of a clean MIM 2016 SP1, as Microsoft published it: all of it arrives, and is in force."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_exports import AGENTS, adds_up

from mimas.configuration.apply import apply, drift
from mimas.configuration.check import check
from mimas.configuration.problem import Problem, errors
from mimas.configuration.reading import Document, read_folder
from mimas.migrate import mim
from mimas.migrate.elements import Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.report import Report
from mimas.migrate.service import carry
from mimas.store import naming
from mimas.store.store import Store

SAMPLE = Path(__file__).parents[3] / "data" / "mim"
COUNTS = {
    "ActivityInformationConfiguration": 20,
    "ConstantSpecifier": 97,
    "EmailTemplate": 20,
    "FilterScope": 2,
    "Function": 31,
    "HomepageConfiguration": 34,
    "ManagementPolicyRule": 81,
    "NavigationBarConfiguration": 21,
    "ObjectVisualizationConfiguration": 40,
    "PortalUIConfiguration": 1,
    "Resource": 1,
    "SearchScopeConfiguration": 103,
    "Set": 80,
    "SynchronizationFilter": 1,
    "SystemResourceRetentionConfiguration": 1,
    "TimeZoneConfiguration": 1,
    "WorkflowDefinition": 13,
    "person": 2,
}
"""All that the two files hold, but for the schema."""

RESET = "Stub (PasswordCheckGate), LockoutGate, Stub (QAAuthenticationGate)"
PAM = (
    *("Validation", "MFASequence", "ApprovalSequence", "DelayedValidationSequence", "Validation"),
    "AvailabilityWindowValidation",
)
GOLDEN = {
    "set.yaml": """\
kind: Set
name: Security Group Users
ObjectID: 513bb926-483a-413c-af04-9e9b05a709aa
# In the portal: /Person[ObjectID = /Set[ObjectID = '10000005-1111-45b5-ad13-2764d866c000']/ComputedMember]
# 10000005-1111-45b5-ad13-2764d866c000 is Set/Administrators.
Filter: /person[ObjectID = /Set[ObjectID = '10000005-1111-45b5-ad13-2764d866c000']/ComputedMember]
""",
    "management-policy-rule/group-management-workflow-owner-approval-on-add-member.yaml": """\
kind: ManagementPolicyRule
name: 'Group management workflow: Owner approval on add member'
ObjectID: a3511c5c-3b93-4811-9b15-4785455ab16e
Description: 'Group management workflow: Owner approval on add member'
ManagementPolicyRuleType: Request
Disabled: false
GrantRight: false
ActionType:
  - Add
ActionParameter:
  - ExplicitMember
PrincipalSet: All Active People
ResourceCurrentSet: Owner Approved Groups
ResourceFinalSet: Owner Approved Groups
AuthorizationWorkflowDefinition:
  - Owner Approval Workflow
""",
    "search-scope-configuration.yaml": """\
kind: SearchScopeConfiguration
name: My DG Memberships
ObjectID: 51a72aca-f7c5-438f-9cda-5114cc430ab0
# In the portal: /Group[Type='Distribution' and ComputedMember='%LoginID%']
SearchScope: /group[type='Distribution' and ComputedMember='%LoginID%']
# Names are spelt as the types of Mimas spell them.
SearchScopeContext:
  - displayName
  - mailNickname
# In the portal: DisplayName;Description;Email
SearchScopeColumn: displayName;description;email
# In the portal: Group
SearchScopeResultObjectType: group
Order: 16
UsageKeyword:
  - BasicUI
  - customized
  - MyDGMemberships
IsConfigurationType: true
""",
    "workflow-definition.yaml": """\
kind: WorkflowDefinition
name: Owner Approval Workflow
ObjectID: 303cac16-d927-41f6-abce-21ccbd883ea2
RequestPhase: Authorization
Activities:
  - activity: GroupValidation
  - activity: Approval
    approvers: '[//Target/Owner]'
    threshold: 1
    duration: 3.00:00:00
  - activity: GroupValidation
""",
    "constant-specifier.yaml": """\
kind: ConstantSpecifier
name: Person EmployeeType Contractor
ObjectID: e64ad2b8-623e-4218-96ec-233789f63825
DisplayName: Contractor
BoundObjectType: person
BoundAttributeType: employeeType
ConstantValueKey: Contractor
""",
}
"""What some of the documents look like."""


@pytest.fixture(scope="module")
def migration() -> Migration:
    """Both halves: a metaverse, with which the portal's types are united."""
    return mim.carry(SAMPLE)


@pytest.fixture(scope="module")
def home(migration: Migration, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder that comes of it."""
    home = tmp_path_factory.mktemp("stock") / "home"
    migration.write(home)
    return home


@pytest.fixture(scope="module")
def documents(home: Path) -> list[Document]:
    """Its documents, which can be read."""
    found, problems = read_folder(home)
    assert problems == []
    return found


@pytest.fixture
def store(sqlite_store: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    found = Store(f"sqlite:///{shutil.copy(sqlite_store, tmp_path / 'mimas.db')}")
    yield found
    found.close()


def test_everything_arrives(migration: Migration, documents: list[Document], home: Path) -> None:
    assert Counter(one.kind for one in documents if one.kind in COUNTS) == COUNTS
    assert {kind: len(names) for kind, names in migration.report.resources.items()} == COUNTS
    assert migration.report.kept == {}
    assert not (home / "kept").exists()
    assert not (home / "aside").exists()
    for name in ("schema.xml", "policy.xml"):
        outcomes = migration.report.counts(name)
        assert outcomes[Outcome.UNKNOWN] == outcomes[Outcome.PERSON] == 0
        # Of a later version: the reset of passwords, and privileged access.
        assert outcomes[Outcome.KEPT] == (4 if name == "policy.xml" else 0)
    adds_up_to = {name: root for name, root in migration.report.files.items() if name.endswith("y.xml")}
    assert all(
        migration.report.counts(name).total() == sum(1 for _ in root.walk()) for name, root in adds_up_to.items()
    )


def test_the_report_names_workflows_with_their_activities(migration: Migration) -> None:
    assert migration.report.resources["WorkflowDefinition"] == [
        "Password Reset Action Workflow – Action – Stub (PWResetActivity)",
        f"Password Reset AuthN Workflow – Authentication – {RESET}",
        "Filter Validation Workflow for Administrators – Authorization – FilterValidation",
        "Filter Validation Workflow for Non-Administrators – Authorization – FilterValidation",
        "System Workflow Required for Registration – Authentication – no activities",
        "Group Validation Workflow – Authorization – GroupValidation",
        "Owner Approval Workflow – Authorization – GroupValidation, Approval, GroupValidation",
        "Requestor Validation Without Owner Authorization – Authorization – RequestorValidation",
        "Requestor Validation With Owner Authorization – Authorization – RequestorValidation",
        "PAM: Handle PAM Request – Action – Stub (PAMRequestHandlerActivity), Stub (AddUserToGroupActivity)",
        "PAM: Request Authorization – Authorization – " + ", ".join(f"Stub (PAMRequest{name}Activity)" for name in PAM),
        "Group Expiration Notification Workflow – Action – Notification",
        "Expiration Workflow – Action – DeleteResources",
    ]


def test_what_workflows_cannot_do_yet_is_told_with_file_and_line(migration: Migration) -> None:
    told = [one for one in migration.report.to_do if one.startswith("The workflow")]
    assert [one.partition(".")[0] for one in told] == [
        "The workflow “Password Reset Action Workflow” (policy",
        "The workflow “Password Reset AuthN Workflow” (policy",
        "The workflow “PAM: Handle PAM Request” (policy",
        "The workflow “PAM: Request Authorization” (policy",
    ]
    assert told[1] == (
        "The workflow “Password Reset AuthN Workflow” (policy.xml) holds 2 stubs, which let nothing through."
        " PasswordCheckGate (line 3260), QAAuthenticationGate (line 3260):"
        " it resets passwords, which is of a later version of Mimas."
    )
    lines = (SAMPLE / "ServiceConfig" / "policy.xml").read_text(encoding="utf-8").splitlines()
    assert "PasswordCheckGate" in lines[3260 - 1]
    assert "PAMRequestHandlerActivity (line 24491)" in told[2]
    assert "PAMRequestHandlerActivity" in lines[24491 - 1]


@pytest.mark.parametrize("file", GOLDEN)
def test_what_documents_look_like(home: Path, file: str) -> None:
    text = (home / "documents" / "policy" / file).read_text(encoding="utf-8")
    assert GOLDEN[file] in text.split("---\n")


def test_it_is_right_and_can_be_put_into_force(documents: list[Document], home: Path, store: Store) -> None:
    said = list(check(home, documents))
    assert errors(said) == []
    warnings = [one for one in said if one.severity.value == "warning"]
    # What resets passwords and privileged access need is of a later version.
    assert sorted(one.about for one in warnings if "lets nothing through" in one.message) == [
        "PAM: Handle PAM Request",
        "PAM: Request Authorization",
        "Password Reset Action Workflow",
        "Password Reset AuthN Workflow",
    ]
    rest = [one for one in warnings if "lets nothing through" not in one.message]
    # The domain of the administrator is not in the export, and registering needs no activities in the portal.
    assert [one.about for one in rest if "has no activities" in one.message] == [
        "System Workflow Required for Registration"
    ]
    (lost,) = [one for one in rest if "has no activities" not in one.message]
    assert "1aff46f4-5511-452d-bcbd-7f7b34b0fe14" in lost.message
    told: list[Problem] = []
    changes, _ = apply(store, documents, home, told.append)
    assert len(changes) == len(documents)
    assert len(told) == 1
    assert drift(store, documents) == []
    with store.reading() as tx:
        keys = [
            ("Set", "Administrators"),
            ("person", "fimadmin"),
            ("Set", "All Non-Administrators"),
            ("Set", "Auditors"),
        ]
        ids = naming.resources(tx, keys)
        administrators, admin, others, auditors = (ids[key] for key in keys)
        members: dict[int, int] = dict(tx.rows("SELECT holder, resource FROM member"))
        count = tx.value("SELECT COUNT(*) FROM member WHERE holder = ?", others)
    assert members[administrators] == members[auditors] == admin
    assert count == 1  # the account of the synchronisation


def test_the_portal_alone(tmp_path: Path) -> None:
    """Without the synchronisation server the names are the portal's own."""
    migration = Migration(Report("Real"))
    carry(
        migration,
        SAMPLE / "ServiceConfig" / "schema.xml",
        SAMPLE / "ServiceConfig" / "policy.xml",
        AGENTS,
        metaverse=False,
    )
    adds_up(migration, SAMPLE / "ServiceConfig")
    counts = Counter(one.kind for one in migration.drafts if one.kind in {*COUNTS, "Person"})
    assert counts == {**{kind: number for kind, number in COUNTS.items() if kind != "person"}, "Person": 2}
    assert not any(one.aside for one in migration.drafts)
    migration.write(tmp_path / "home")
    documents, problems = read_folder(tmp_path / "home")
    assert problems == []
    assert errors(check(tmp_path / "home", documents)) == []
    assert not any("In the portal: /" in one.yaml() for one in migration.drafts if one.kind == "Set")

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
name: Requestor Validation With Owner Authorization
ObjectID: e45bd03e-713e-48b2-8142-bc4bbc769df1
RequestPhase: Authorization
XOML: |-
  <ns0:SequentialWorkflow RequestId="00000000-0000-0000-0000-000000000000" x:Name="SequentialWorkflow" TargetId=\
"00000000-0000-0000-0000-000000000000" ActorId="00000000-0000-0000-0000-000000000000" WorkflowDefinitionId=\
"00000000-0000-0000-0000-000000000000" xmlns:x="http://schemas.microsoft.com/winfx/2006/xaml" xmlns:ns0=\
"clr-namespace:Microsoft.ResourceManagement.Workflow.Activities;Assembly=Microsoft.ResourceManagement, Version=\
4.4.1302.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35">
    <ns0:RequestorValidationActivity x:Name="requestorValidationActivity1" OwnerAuthorization="True" />
  </ns0:SequentialWorkflow>
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
        assert outcomes[Outcome.UNKNOWN] == outcomes[Outcome.PERSON] == outcomes[Outcome.KEPT] == 0
    adds_up_to = {name: root for name, root in migration.report.files.items() if name.endswith("y.xml")}
    assert all(
        migration.report.counts(name).total() == sum(1 for _ in root.walk()) for name, root in adds_up_to.items()
    )


def test_the_report_names_workflows_with_their_activities(migration: Migration) -> None:
    names = migration.report.resources["WorkflowDefinition"]
    assert (
        "Owner Approval Workflow – Authorization – GroupValidationActivity, ApprovalActivity, GroupValidationActivity"
        in {name.replace(", ReceiveActivity", "") for name in names}
    )


@pytest.mark.parametrize("file", GOLDEN)
def test_what_documents_look_like(home: Path, file: str) -> None:
    text = (home / "documents" / "policy" / file).read_text(encoding="utf-8")
    assert GOLDEN[file] in text.split("---\n")


def test_it_is_right_and_can_be_put_into_force(documents: list[Document], home: Path, store: Store) -> None:
    said = list(check(home, documents))
    assert errors(said) == []
    # The domain of the administrator is not in the export.
    (lost,) = [one for one in said if one.severity.value == "warning"]
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

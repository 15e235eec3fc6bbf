"""Exported configurations of MIM and Entra Connect: they become homes that can be checked, whatever stands in them."""

import ast
import shutil
from collections.abc import Callable
from pathlib import Path

from mimas.configuration.check import check
from mimas.configuration.problem import Severity
from mimas.configuration.reading import FOLDER, read
from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets.corpus import ROOT, folder
from mimas.migrate import entra, mim
from mimas.migrate.elements import MigrationError
from mimas.migrate.migration import Migration

_POLICY_FILES = f"{FOLDER}/policy"
_BETWEEN = b"\x1e"
"""What stands between the files of a case."""


def _carried(carry: Callable[[Path], Migration], *names: str) -> Callable[[bytes], str]:
    """A case is the files of these names; what there is more of, is named after the last."""

    def checked(case: bytes) -> str:
        source, home = (_empty(one) for one in ("export", "home"))
        for at, data in enumerate(case.split(_BETWEEN)[:20]):
            name = names[at] if at < len(names) else f"{at}-{names[-1]}"
            (source / name).write_bytes(data)
        try:
            migration = carry(source)
            migration.write(home)
        except MigrationError as error:
            return told(error, error.message, error.advice)
        assert {path.name for path in folder().iterdir()} >= {"export", "home"}
        return _read(migration, home)

    return checked


def _empty(name: str) -> Path:
    path = folder() / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


def _read(migration: Migration, home: Path) -> str:
    """The documents are YAML that can be checked, the extensions Python that does nothing when it is loaded."""
    report = migration.report
    assert report.total.total() == sum(1 for root in report.files.values() for _ in root.walk())
    documents = []
    for path in sorted((home / FOLDER).rglob("*.yaml")):
        found, problems = read(path.read_text("utf-8"), path.relative_to(home).as_posix())
        assert not problems, f"what was written cannot be read: {problems[0]}"
        documents += found
    for path in home.glob("extensions/*.py"):
        body = ast.parse(path.read_text("utf-8")).body
        assert all(isinstance(one, ast.FunctionDef | ast.Expr) for one in body), f"{path.name} does something"
    problems = check(home, documents)
    told(ValueError(), *(part for one in problems for part in (one.message, one.hint)), "")
    # What cannot be in force stands aside: of policy nothing else is written.
    wrong = [one for one in problems if one.severity is Severity.ERROR and one.place.file.startswith(_POLICY_FILES)]
    assert not wrong, f"what was written is wrong: {wrong[0]}"
    return f"{len(documents)} {len(report.to_do)} {' '.join(f'{one.name}' for one in report.total)}"


def _samples(*paths: str) -> tuple[bytes, ...]:
    """Published samples, where there is a checkout."""
    files = [ROOT / "tests" / "data" / path for path in paths]
    return (_BETWEEN.join(file.read_bytes() for file in files),) if all(file.is_file() for file in files) else ()


_ID = b"{11111111-0000-0000-0000-000000000000}"
_SCHEMA = (
    b'<schema><dsml:dsml xmlns:dsml="http://www.dsml.org/DSML" xmlns:m="http://www.microsoft.com/MMS/DSML"><dsml:directory-schema>'
    b'<dsml:class id="person"><dsml:name>person</dsml:name><dsml:attribute ref="#id"/><dsml:attribute ref="#boss"/></dsml:class>'
    b'<dsml:attribute-type id="id" single-value="true" m:indexable="true" m:indexed="true"><dsml:name>id</dsml:name>'
    b"<dsml:syntax>1.3.6.1.4.1.1466.115.121.1.15</dsml:syntax></dsml:attribute-type>"
    b'<dsml:attribute-type id="boss"><dsml:name>boss</dsml:name><dsml:syntax>1.3.6.1.4.1.1466.115.121.1.12</dsml:syntax>'
    b"</dsml:attribute-type></dsml:directory-schema></dsml:dsml></schema>"
)
_AGENT = (
    b"<saved-ma-configuration><ma-data><id>%s</id><name>HR</name><category>%s</category>%s<attribute-inclusion>"
    b"<attribute>id</attribute><attribute>boss</attribute></attribute-inclusion>"
    b'<stay-disconnector><filter-set cd-object-type="person" type="declared"><filter-alternative id="{1}"><condition cd-attribute="id"'
    b' operator="substring-start" ui-radix="10"><value>x</value></condition></filter-alternative></filter-set></stay-disconnector>'
    b'<join><join-profile cd-object-type="person"><join-criterion id="{2}"><search mv-object-type="person"><attribute-mapping'
    b' mv-attribute="id"><direct-mapping><src-attribute>id</src-attribute></direct-mapping></attribute-mapping></search>'
    b'<resolution type="none"/></join-criterion></join-profile></join><projection><class-mapping type="declared"'
    b' cd-object-type="person"><mv-object-type>person</mv-object-type></class-mapping></projection><export-attribute-flow>'
    b'<export-flow-set cd-object-type="person" mv-object-type="person"><export-flow cd-attribute="id" suppress-deletions="true">'
    b"<scripted-mapping><src-attribute>id</src-attribute><script-context>cd.person:id&lt;-mv.person:id</script-context>"
    b"</scripted-mapping></export-flow></export-flow-set></export-attribute-flow><private-configuration><MAConfig><importing><dn>"
    b"<attribute>id</attribute></dn><anchor><attribute>id</attribute></anchor></importing><delimited_format><code_page>65001</code_page>"
    b"<delimiter>59</delimiter><text_qualifier>34</text_qualifier><attributes><attribute><name>id</name></attribute></attributes>"
    b"</delimited_format></MAConfig></private-configuration><ma-partition-data><partition><id>{0}</id><name>default</name>"
    b"<selected>1</selected><filter><object-classes><object-class>person</object-class></object-classes></filter></partition>"
    b'</ma-partition-data><ma-run-data><run-configuration><name>all</name><configuration><step><step-type type="full-import">'
    b"<import-subtype>to-cs</import-subtype></step-type><threshold/></step></configuration></run-configuration></ma-run-data>"
    b"</ma-data></saved-ma-configuration>"
)
_METAVERSE = (
    b'<saved-mv-configuration><mv-data><version>1</version>%s<import-attribute-flow><import-flow-set mv-object-type="person">'
    b'<import-flows mv-attribute="id" type="ranked"><import-flow src-ma="%s" cd-object-type="person"><direct-mapping>'
    b"<src-attribute>id</src-attribute></direct-mapping></import-flow></import-flows></import-flow-set></import-attribute-flow>"
    b'<provisioning type="scripted"/><mv-deletion/><extension><assembly-name>MV.dll</assembly-name></extension></mv-data>'
    b"</saved-mv-configuration>"
)
_RULE = (
    b"<synchronizationRule><id>{3}</id><name>In</name><direction>Inbound</direction><disabled>False</disabled><connector>%s</connector>"
    b"<targetObjectType>person</targetObjectType><sourceObjectType>person</sourceObjectType><linkType>Provision</linkType>"
    b"<precedence>1</precedence><attribute-mappings><mapping><dest>id</dest><src><attr>id</attr></src>"
    b"<mappingSourceAsString>IIF(IsPresent([id]),[id],NULL)</mappingSourceAsString><expression>IIF(IsPresent([id]),[id],NULL)</expression>"
    b"</mapping></attribute-mappings><relationshipCriteria><conditions><condition><csAttribute>id</csAttribute><ilmAttribute>id"
    b"</ilmAttribute></condition></conditions></relationshipCriteria><synchronizationCriteria><conditions><condition><attribute>id"
    b"</attribute><operator>ISNOTNULL</operator></condition></conditions></synchronizationCriteria></synchronizationRule>"
)
_OBJECT = (
    b"<ExportObject><ResourceManagementObject><ObjectIdentifier>urn:uuid:%s</ObjectIdentifier><ObjectType>%s</ObjectType>"
    b"<ResourceManagementAttributes>%s</ResourceManagementAttributes></ResourceManagementObject></ExportObject>"
)
_VALUE = (
    b"<ResourceManagementAttribute><AttributeName>%s</AttributeName><HasReference>false</HasReference><IsMultiValue>false</IsMultiValue>"
    b"<Value>%s</Value></ResourceManagementAttribute>"
)


def _guid(number: int) -> bytes:
    return b"%08d-0000-0000-0000-000000000000" % number


def _portal(number: int, kind: bytes, **values: bytes) -> bytes:
    said = {"ObjectID": b"urn:uuid:" + _guid(number), "ObjectType": kind, **values}
    return _OBJECT % (_guid(number), kind, b"".join(_VALUE % (name.encode(), value) for name, value in said.items()))


def _bound(number: int, attribute: int, **values: bytes) -> bytes:
    ends = {"BoundObjectType": _guid(1), "BoundAttributeType": _guid(attribute)}
    return _portal(number, b"BindingDescription", Required=b"False", **ends, **values)


_TYPES = b"<Results>%s</Results>" % b"".join((
    _portal(1, b"ObjectTypeDescription", Name=b"Person", DisplayName=b"User"),
    _portal(2, b"AttributeTypeDescription", Name=b"Id", DataType=b"String", Multivalued=b"False", StringRegex=b"^[a-z]+$"),
    _portal(3, b"AttributeTypeDescription", Name=b"Boss", DataType=b"Reference", Multivalued=b"True"),
    _portal(4, b"AttributeTypeDescription", Name=b"Floor", DataType=b"Integer", Multivalued=b"False", IntegerMinimum=b"-1"),
    _bound(5, 2, DisplayName=b"Number"), _bound(6, 3), _bound(7, 4, IntegerMaximum=b"9"),
))  # fmt: skip
_POLICY = b"<Results>%s</Results>" % b"".join((
    _portal(10, b"ma-data", DisplayName=b"HR", **{"SyncConfig-id": _ID}),
    _portal(
        11, b"SynchronizationRule", DisplayName=b"R", ManagementAgentID=b"urn:uuid:" + _guid(10), ConnectedObjectType=b"person",
        ILMObjectType=b"person", FlowType=b"2", Precedence=b"1", CreateILMObject=b"True",
        RelationshipCriteria=b"&lt;conditions&gt;&lt;condition&gt;&lt;ilmAttribute&gt;id&lt;/ilmAttribute&gt;"
        b"&lt;csAttribute&gt;id&lt;/csAttribute&gt;&lt;/condition&gt;&lt;/conditions&gt;",
        PersistentFlow=b'&lt;import-flow&gt;&lt;src&gt;&lt;attr&gt;id&lt;/attr&gt;&lt;/src&gt;&lt;dest&gt;id&lt;/dest&gt;&lt;fn id="+"'
        b' isCustomExpression="true"&gt;&lt;arg&gt;id&lt;/arg&gt;&lt;arg&gt;"x"&lt;/arg&gt;&lt;/fn&gt;&lt;/import-flow&gt;',
    ),
    _portal(12, b"Set", DisplayName=b"All", Filter=b"&lt;Filter&gt;/Person[Id = 'a' and Boss = /Person]&lt;/Filter&gt;"),
    _portal(13, b"Set", DisplayName=b"all", Filter=b"/*[ObjectID = /Set[ObjectID = '%s']/ComputedMember]" % _guid(12), ExplicitMember=_guid(14)),
    _portal(14, b"Person", DisplayName=b"Ann", Id=b"ann", Floor=b"3", Boss=_guid(14)),
    _portal(
        15, b"ManagementPolicyRule", DisplayName=b"May: read", ManagementPolicyRuleType=b"Request", Disabled=b"False", GrantRight=b"True",
        ActionType=b"Read", ActionParameter=b"Id", ResourceCurrentSet=_guid(13), PrincipalRelativeToResource=b"Boss",
    ),
    _portal(16, b"WorkflowDefinition", DisplayName=b"Do", RequestPhase=b"Action", XOML=b"&lt;a&gt;&lt;b/&gt;\t\n ---\n&lt;/a&gt;"),
    _portal(
        17, b"SearchScopeConfiguration", DisplayName=b"Mine", SearchScope=b"/Person[Boss = '%LoginID%']", SearchScopeContext=b"Id",
        SearchScopeColumn=b"Id;Floor", SearchScopeResultObjectType=b"Person", Order=b"1", UsageKeyword=b"BasicUI",
    ),
    _portal(18, b"EmailTemplate", DisplayName=b"Hello", EmailBody=b"[//Target/Id]"),
))  # fmt: skip
_CONNECTOR = _AGENT % (_ID, b"AD", _SCHEMA)
_WORDS = (
    "<", ">", "/>", "</", "&lt;", "&amp;", "&#0;", "&#x85;", "&#8232;", "]]>", "<![CDATA[", "<!--", "-->", '"', "'", "=", "\x1e", "../", "/etc/x", "..\\",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<a:b xmlns:a='c'>", '"""', "\\", "\\N{", "{env: X}", ": ", "- ", "# ", "\n", "|", "None", "os.dll", "__init__", "import",
    "true", "0", "-1", "999999999999999999999", "1.3.6.1.4.1.1466.115.121.1.5", "scripted", "declared", "ranked", "manual-only", "equal",
    "export", "delta-import", "AD", "SQL", "FixedWidth", "Extensible2", "FIM", "dn", "objectSid", "*", "id", "person", "HR", "user",
)  # fmt: skip
_NESTING = (
    ("<a>", "</a>"),
    ("<attr>", "</attr>"),
    ("&lt;a&gt;", "&lt;/a&gt;"),
    ("IIF(", ",1,1)"),
    ("[", "]"),
    ("(", ")"),
)
_NAMES = ("MA-1.XML", "MV.XML", "MA-3.XML")

TARGETS = (
    Target(
        "entra-exports",
        _carried(entra.carry, "a.xml", "b.xml", "c.xml"),
        (_BETWEEN.join((_CONNECTOR, _METAVERSE % (_SCHEMA, _ID), _RULE % _ID)), _RULE % _ID),
        _WORDS,
        _NESTING,
        longest=40_000,
        quick=15,
    ),
    Target(
        "mim-exports",
        _carried(mim.carry, *_NAMES),
        (
            *(_BETWEEN.join((_AGENT % (_ID, kind, _SCHEMA), _METAVERSE % (_SCHEMA, _ID))) for kind in (b"Delimited", b"SQL", b"AD", b"Extensible2")),
            *_samples("mim-sync/MA-TinyHR.XML", "mim-sync/MV.XML"),
        ),
        _WORDS,
        _NESTING,
        longest=80_000,
        quick=10,
    ),
    Target(
        "portal-exports",
        _carried(mim.carry, "policy.xml", "schema.xml", *_NAMES),
        (_BETWEEN.join((_POLICY, _TYPES, _CONNECTOR, _METAVERSE % (_SCHEMA, _ID))), _POLICY),
        _WORDS,
        _NESTING,
        longest=40_000,
        quick=15,
    ),
)  # fmt: skip

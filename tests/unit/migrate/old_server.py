"""A synchronisation server as its exports tell it, made up in a few lines; and what a migration makes of it."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from mimas.configuration.check import check
from mimas.configuration.problem import Problem, Severity
from mimas.configuration.reading import read_folder
from mimas.migrate.drafts import Draft, plain
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.report import Report
from mimas.migrate.sync import carry

SYNTAX = {"string": 15, "binary": 5, "boolean": 7, "integer": 27, "reference": 12}
HR, AD, APP = (f"{{{n * 8}-0000-0000-0000-000000000000}}" for n in "123")


def schema(classes: Mapping[str, Mapping[str, str]]) -> str:
    """DSML: class → attribute → its kind, and perhaps ``many``, ``indexed``, ``immutable``, ``secret``."""
    types = {name: said for some in classes.values() for name, said in some.items()}
    lines = []
    for class_, some in classes.items():
        references = "".join(f'<dsml:attribute ref="#{name}" required="false"/>' for name in some)
        lines.append(f'<dsml:class id="{class_}"><dsml:name>{class_}</dsml:name>{references}</dsml:class>')
    for name, said in types.items():
        kind, *flags = said.split()
        more = "" if "many" in flags else ' single-value="true"'
        more += ' m:indexable="true" m:indexed="true"' if "indexed" in flags else ""
        more += ' m:immutable="true"' if "immutable" in flags else ""
        more += ' m:export-only="true" m:encrypted="true"' if "secret" in flags else ""
        syntax = f"1.3.6.1.4.1.1466.115.121.1.{SYNTAX[kind]}"
        lines.append(
            f'<dsml:attribute-type id="{name}"{more}><dsml:name>{name}</dsml:name>'
            f"<dsml:syntax>{syntax}</dsml:syntax></dsml:attribute-type>"
        )
    head = '<dsml:dsml xmlns:dsml="http://www.dsml.org/DSML" xmlns:m="http://www.microsoft.com/MMS/DSML">'
    body = "".join(lines)
    return f"<schema>{head}<dsml:directory-schema>{body}</dsml:directory-schema></dsml:dsml></schema>"


def agent(
    name: str,
    id_: str,
    category: str,
    classes: Mapping[str, Mapping[str, str]],
    *,
    subtype: str = "",
    private: str = "",
    rules: str = "",
    steps: str = "",
    containers: str = "",
    partition: str = "default",
) -> str:
    """The file of an agent; ``rules``: the elements of its rules, ``steps``: those of one run profile."""
    selected = "".join(f"<object-class>{one}</object-class>" for one in classes)
    included = "".join(f"<attribute>{one}</attribute>" for some in classes.values() for one in some)
    run = f"<run-configuration><name>all</name><configuration>{steps}</configuration></run-configuration>"
    return f"""<saved-ma-configuration><ma-data><id>{id_}</id><name>{escape(name)}</name><category>{category}</category>
    <subtype>{subtype}</subtype>{schema(classes)}<attribute-inclusion>{included}</attribute-inclusion>{rules}
    <private-configuration>{private}</private-configuration>
    <ma-partition-data><partition><id>{{0}}</id><name>{partition}</name><selected>1</selected>
    <filter><object-classes>{selected}</object-classes><containers>{containers}</containers></filter>
    </partition></ma-partition-data><ma-run-data>{run if steps else ""}</ma-run-data>
    </ma-data></saved-ma-configuration>"""


def step(type_: str, subtype: str = "", files: str = "") -> str:
    """One step of a run profile."""
    tag = {"export": "export-subtype", "apply-rules": "apply-rules-subtype"}.get(type_, "import-subtype")
    inner = f"<{tag}>{subtype}</{tag}>" if subtype else ""
    return (
        f'<step><step-type type="{type_}">{inner}</step-type><threshold/>'
        f"<custom-data><run-config>{files}</run-config></custom-data></step>"
    )


def metaverse(
    classes: Mapping[str, Mapping[str, str]], flows: str = "", deletion: str = "", provisioning: str = "none"
) -> str:
    """The file of the metaverse; ``flows``: the sets of import flows."""
    return f"""<saved-mv-configuration><mv-data><version>1</version>{schema(classes)}
    <import-attribute-flow>{flows}</import-attribute-flow><provisioning type="{provisioning}"/>
    <mv-deletion>{deletion}</mv-deletion>
    <extension><assembly-name>MVExtension.dll</assembly-name></extension></mv-data></saved-mv-configuration>"""


def direct(name: str, *, intrinsic: bool = False) -> str:
    """A direct mapping."""
    more = ' intrinsic="true"' if intrinsic else ""
    return f"<direct-mapping><src-attribute{more}>{name}</src-attribute></direct-mapping>"


def scripted(context: str, *names: str) -> str:
    """A mapping by a rules extension."""
    sources = "".join(f"<src-attribute>{name}</src-attribute>" for name in names)
    return f"<scripted-mapping>{sources}<script-context>{escape(context)}</script-context></scripted-mapping>"


def ranked(attribute: str, *flows: tuple[str, str, str], kind: str = "ranked") -> str:
    """The flows to an attribute: the agent, the object type, and the mapping."""
    inner = "".join(
        f'<import-flow src-ma="{id_}" cd-object-type="{class_}">{mapping}</import-flow>'
        for id_, class_, mapping in flows
    )
    return f'<import-flows mv-attribute="{attribute}" type="{kind}">{inner}</import-flows>'


def flow_set(type_: str, *lists: str) -> str:
    """The import flows to one type."""
    return f'<import-flow-set mv-object-type="{type_}">{"".join(lists)}</import-flow-set>'


def row_file(classes: Mapping[str, Any], column: str = "", *anchor: str) -> str:
    """The private configuration of an agent of a delimited file."""
    attributes = {name: None for some in classes.values() for name in some}
    columns = "".join(f"<attribute><name>{name}</name></attribute>" for name in attributes)
    anchors = "".join(f"<attribute>{name}</attribute>" for name in anchor or list(attributes)[:1])
    type_ = f"<object_class_attribute>{column}</object_class_attribute>" if column else ""
    return f"""<MAConfig><importing><dn>{anchors}</dn><anchor>{anchors}</anchor>{type_}</importing><exporting/>
    <delimited_format><code_page>65001</code_page><delimiter>59</delimiter><text_qualifier>34</text_qualifier>
    <first_row_contains_headers>1</first_row_contains_headers><attributes>{columns}</attributes></delimited_format>
    </MAConfig>"""


class Moved:
    """What became of some files: the documents by kind and name, the report, and what checking says."""

    def __init__(self, folder: Path, files: Mapping[str, str | bytes]) -> None:
        source = folder / "exports"
        for name, text in files.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.home = folder / "home"
        self.migration = Migration(Report("Test"))
        self.names = carry(self.migration, source)
        self.migration.write(self.home)

    @property
    def report(self) -> Report:
        """The report."""
        return self.migration.report

    def draft(self, kind: str, name: str, *, aside: bool = False) -> Draft:
        """A document."""
        found = {one.name: one for one in self.migration.drafts if one.kind == kind and one.aside == aside}
        assert name in found, f"no {kind} {name}, but {sorted(found)}"
        return found[name]

    def body(self, kind: str, name: str, *, aside: bool = False) -> dict[str, Any]:
        """What a document says, without comments."""
        body: dict[str, Any] = plain(self.draft(kind, name, aside=aside).body)
        return body

    def problems(self) -> list[Problem]:
        """What is wrong with the home that was written."""
        documents, problems = read_folder(self.home)
        return [*problems, *check(self.home, documents)]

    def errors(self) -> list[str]:
        """The errors among them."""
        return [str(one) for one in self.problems() if one.severity is Severity.ERROR]

    def counts(self) -> Counter[Outcome]:
        """How all elements fared; each of them once."""
        for name, root in self.report.files.items():
            assert self.report.counts(name).total() == len(list(root.walk()))
        return self.report.total

    def unknown(self) -> list[str]:
        """The elements of which nobody knows what became of them."""
        return [one.tag for root in self.report.files.values() for one in root.walk() if one.outcome is Outcome.UNKNOWN]

    def elements(self, tag: str) -> list[Element]:
        """All elements of a name."""
        return [one for root in self.report.files.values() for one in root.walk() if one.tag == tag]

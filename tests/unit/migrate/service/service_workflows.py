"""Made-up workflows of the portal: XOML as MIM's designer writes it, and what becomes of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from service_exports import Values, exported, guid, migrated, results

from mimas.migrate.drafts import Draft, plain
from mimas.migrate.migration import Migration
from mimas.requests.documents import structured
from mimas.workflows.definition import look

_HEAD = (
    ' xmlns:x="http://schemas.microsoft.com/winfx/2006/xaml"'
    ' xmlns:ns0="clr-namespace:Microsoft.ResourceManagement.Workflow.Activities;Assembly=Microsoft.ResourceManagement"'
    ' xmlns:ns1="clr-namespace:MicrosoftServices.IdentityManagement.WorkflowActivityLibrary.Activities;'
    'Assembly=MicrosoftServices.IdentityManagement.WorkflowActivityLibrary, Version=2.20.723.0"'
    ' xmlns:ns2="clr-namespace:System.Collections;Assembly=mscorlib" xmlns:ns3="clr-namespace:System;Assembly=mscorlib"'
)
_IDS = 'ActorId="00000000-0000-0000-0000-000000000000" x:Name="SequentialWorkflow"'
PERSON = Draft(
    "ObjectType",
    "person",
    {"attributes": {"accountName": "string, indexed", "displayName": "string", "manager": "reference to person"}},
)
TEMPLATE = guid(70)


def xoml(*activities: str) -> str:
    """A workflow."""
    return f"<ns0:SequentialWorkflow {_IDS}{_HEAD}>\n{chr(10).join(activities)}\n</ns0:SequentialWorkflow>"


def mim(name: str, inner: str = "", **settings: str) -> str:
    """An activity of MIM."""
    return _activity(f"ns0:{name}", inner, settings)


def wal(name: str, inner: str = "", **settings: str) -> str:
    """An activity of MIMWAL."""
    return _activity(f"ns1:{name}", inner, {"Advanced": "True", "ActorType": "Service", **settings})


def _activity(tag: str, inner: str, settings: dict[str, str]) -> str:
    said = "".join(f" {name}={quoteattr(value)}" for name, value in settings.items())
    return f'<{tag} x:Name="activity1"{said}>{inner.replace("TAG", tag)}</{tag}>'


def table(name: str, *rows: Sequence[str]) -> str:
    """A list of MIMWAL with up to three columns."""
    held = {f"{at}:{column}": text for at, row in enumerate(rows) for column, text in enumerate((*row, "False")[:3])}
    entries = "".join(
        f"<ns3:String><x:Key><ns3:String>{key}</ns3:String></x:Key>{escape(text)}</ns3:String>"
        for key, text in [*held.items(), ("Count", str(len(rows)))]
    )
    return f"<TAG.{name}><ns2:Hashtable>{entries}</ns2:Hashtable></TAG.{name}>"


def listed(name: str, *texts: str) -> str:
    """A list of texts."""
    entries = "".join(f"<ns3:String>{escape(text)}</ns3:String>" for text in texts)
    return f"<TAG.{name}><ns2:ArrayList>{entries}</ns2:ArrayList></TAG.{name}>"


def workflow(text: str, phase: str = "Action", name: str = "Do", number: int = 60) -> str:
    """A workflow as an object of the export."""
    values: Values = {"DisplayName": name, "RequestPhase": phase, "XOML": text}
    return exported("WorkflowDefinition", guid(number), values)


def carried(folder: Path, *objects: str) -> Migration:
    """What comes of workflows and what they refer to."""
    template = {"DisplayName": "Welcome", "EmailTemplateType": "Notification", "EmailSubject": "Hello"}
    others = [
        exported("EmailTemplate", TEMPLATE, template),
        exported("Set", guid(71), {"DisplayName": "Help desk", "Filter": "/Person"}),
        exported("FilterScope", guid(72), {"DisplayName": "Few"}),
        exported("SynchronizationRule", guid(73), {"DisplayName": "To AD", "FlowType": "1"}),
    ]
    drafts = [Draft("ObjectType", "person", dict(PERSON.body))]
    return migrated(folder, policy=results(*others, *objects), drafts=drafts, same={"Person": "person"})


def draft(migration: Migration, name: str = "Do") -> Draft:
    """The document of a workflow."""
    return next(one for one in migration.drafts if (one.kind, one.name) == ("WorkflowDefinition", name))


def activities(folder: Path, *several: str, phase: str = "Action") -> list[Any]:
    """What activities become, without comments; they can be run."""
    found: list[Any] = plain(draft(carried(folder, workflow(xoml(*several), phase))).body["Activities"])
    assert look(structured(found))[1] == []
    return found

"""From documents to what the runs are set up with. What has a mistake in its form is left out, and told."""

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from mimas.configuration.documents import (
    KINDS,
    AttributePart,
    Body,
    ConnectorBody,
    DeletionPart,
    FlowPart,
    GuardPart,
    InboxPart,
    JoinPart,
    MailBody,
    MembershipBody,
    ObjectTypeBody,
    RunProfileBody,
    ScheduleBody,
    ScopeForm,
    SyncRuleBody,
    parse,
    spot,
)
from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.mail.server import INBOX_PORTS, PORTS, Inbox, MailServer
from mimas.runs.setup import ConnectorSetup, Guard, Profile, Schedule, Setup, Told, Window
from mimas.schema.attributes import Attribute, ObjectType, told_apart
from mimas.schema.system import RUNTIME, SCHEMA, Catalogue, extended
from mimas.schema.values import Scalar
from mimas.secrets.vault import EMPTY, Vault
from mimas.sync.rules import (
    Clause,
    Computed,
    Constant,
    Deletion,
    DeletionRule,
    Direct,
    Extension,
    Flow,
    JoinCondition,
    Membership,
    Origin,
    ResourceType,
    RuleSet,
    Scope,
    SyncRule,
    Unique,
)


class ConfigurationError(Exception):
    """Documents that cannot be used; ``problems`` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def setup(home: Path, documents: Iterable[Document], vault: Vault = EMPTY) -> Setup:
    """What these documents set up; ``vault`` has the sealed secrets that they name.

    Raises `ConfigurationError` when one of them has a mistake in its form.
    """
    result, problems = build(home, documents, vault)
    if problems:
        raise ConfigurationError(problems)
    return result


def build(home: Path, documents: Iterable[Document], vault: Vault = EMPTY) -> tuple[Setup, list[Problem]]:
    """What these documents set up, without those that have a mistake in their form, and those mistakes."""
    problems: list[Problem] = []
    parsed: dict[tuple[str, str], tuple[Document, Body]] = {}
    places: dict[tuple[str, str], Document] = {}
    for document in documents:
        first = places.setdefault((document.kind, document.name), document)
        if first is not document:
            message = f"there are two documents of kind {document.kind} with this name"
            problems.append(document.problem(("name",), message, f"the first is at {first.place}"))
            continue
        if document.kind in KINDS:
            body, wrong = parse(document)
            problems += wrong
            if body is not None:
                parsed[document.kind, document.name] = document, body
    made = _assemble(home, list(parsed.values()), vault)
    problems += (
        _no_kind(document, made.catalogue)
        for document in places.values()
        if document.kind not in KINDS and not is_resource(document.kind, made.catalogue, places)
    )
    return made, problems


def is_resource(kind: str, catalogue: Catalogue, documents: Container[tuple[str, str]]) -> bool:
    """Whether documents of a kind are resources: of a type that is known, or will be once its mistakes are mended."""
    return (kind in catalogue or ("ObjectType", kind) in documents) and kind not in RUNTIME | SCHEMA


def _no_kind(document: Document, catalogue: Catalogue) -> Problem:
    kind = document.kind
    if kind in RUNTIME:
        return document.problem(("kind",), f"a {kind} comes of being used, and is no document", "take it out")
    if kind in SCHEMA:
        hint = "write types and attributes as documents of kind ObjectType"
        return document.problem(("kind",), f"a {kind} follows the types there are, and is no document", hint)
    known = {*KINDS, *catalogue} - RUNTIME - SCHEMA
    hint = suggest(kind, known) if kind != "RuleTest" else "rule tests stand in the folder tests"
    return document.problem(("kind",), f"unknown kind '{kind}'", hint)


def _assemble(home: Path, parsed: list[tuple[Document, Body]], vault: Vault) -> Setup:
    connectors, types, profiles, schedules = {}, {}, {}, {}
    mail: MailServer | None = None
    parameters = {
        document.name: _parameters(document, body) for document, body in parsed if isinstance(body, ConnectorBody)
    }
    rules: list[SyncRule] = []
    memberships: list[Membership] = []
    for document, body in parsed:
        match body:
            case ObjectTypeBody():
                types[document.name] = _type(document, body)
            case ConnectorBody():
                connectors[document.name] = _connector(document, body)
            case SyncRuleBody():
                rules.append(_rule(document, body, parameters.get(body.connector, {})))
            case MembershipBody():
                memberships.append(_membership(document, body))
            case RunProfileBody():
                profiles[document.name] = Profile(
                    document.name, tuple(part.step for part in body.steps), document.place
                )
            case ScheduleBody():
                schedules[document.name] = _schedule(document, body)
            case MailBody():
                mail = mail or _mail(home, body, vault)
    rules.sort(key=lambda rule: (rule.precedence, rule.name))
    memberships.sort(key=lambda membership: membership.name)
    return Setup(home, connectors, RuleSet(types, tuple(rules), tuple(memberships)), profiles, schedules, mail, vault)


def _attributes(parts: dict[str, AttributePart]) -> dict[str, Attribute]:
    return {
        name: Attribute(
            name,
            part.type,
            part.multivalued,
            part.to,
            part.secret,
            part.required,
            part.pattern,
            part.minimum,
            part.maximum,
            part.label,
            part.indexed,
        )
        for name, part in parts.items()
    }


def _type(document: Document, body: ObjectTypeBody) -> ResourceType:
    attributes = extended(document.name, _attributes(body.attributes))
    indexed = frozenset(name for name, attribute in attributes.items() if attribute.indexed)
    chosen = {name: part.choose for name, part in body.attributes.items() if part.choose}
    deletion = _deletion(body.deletion)
    usage = {keyword: frozenset(names) for keyword, names in body.usage.items()}
    return ResourceType(document.name, attributes, indexed, document.place, deletion, body.release, chosen, usage)


def _deletion(part: DeletionPart) -> Deletion:
    if part.any:
        return Deletion(DeletionRule.ANY, tuple(part.any))
    if part.extension:
        return Deletion(DeletionRule.EXTENSION, function=part.extension)
    return Deletion(DeletionRule(part.rule or "last"))


def _connector(document: Document, body: ConnectorBody) -> ConnectorSetup:
    schema = told_apart(
        {
            name: ObjectType(name, _attributes(part.attributes), tuple(part.anchor))
            for name, part in body.objects.items()
        }
    )
    missing, deletes = _guard(body.guards.missing), _guard(body.guards.deletes)
    grace = {name: part.grace for name, part in body.objects.items() if part.grace}
    return ConnectorSetup(
        document.name,
        body.type,
        body.settings,
        schema,
        missing,
        deletes,
        document.place,
        grace,
        body.before_export or "",
        body.after_export or "",
        {name: _guard(part) for name, part in body.guards.changes.items()},
        body.guards.errors,
        body.confirm == "read-back",
        body.approval,
        body.sign_in,
    )


def _parameters(document: Document, body: ConnectorBody) -> dict[str, Scalar]:
    """Those that are set, and the one that Entra Connect's stock rules find in every connector."""
    return {"Connector.ID": document.name, **body.parameters}


def _guard(part: GuardPart) -> Guard:
    return Guard(part.count, part.share)


def _scope(document: Document, groups: ScopeForm) -> Scope:
    return tuple(
        tuple(
            Clause(
                item.attribute,
                item.operator,
                item.value,
                document.at(*spot(document, ("scope", row, column))),
                item.extension or "",
            )
            for column, item in enumerate(group)
        )
        for row, group in enumerate(groups)
    )


def _rule(document: Document, body: SyncRuleBody, parameters: Mapping[str, Scalar]) -> SyncRule:
    join = tuple(tuple(_condition(pair) for pair in criterion) for criterion in body.join)
    return SyncRule(
        name=document.name,
        direction=body.direction,
        connector=body.connector,
        object_type=body.object,
        resource_type=body.resource,
        precedence=body.precedence,
        link=body.link,
        scope=_scope(document, body.scope),
        join=join,
        choose=body.choose or "",
        flows=_flows(document, ("flows",), body.flows),
        deprovision=body.deprovision.what,
        deprovision_by=body.deprovision.extension or "",
        deprovision_flows=_flows(document, ("deprovision", "flows"), body.deprovision.flows),
        intent=body.intent,
        after=body.after or "",
        place=document.place,
        parameters=parameters,
    )


def _flows(document: Document, path: tuple[str, ...], parts: Mapping[str, FlowPart]) -> tuple[Flow, ...]:
    return tuple(
        Flow(target, _origin(part), part.once, part.merge, document.at(*path, target), part.enforce, part.intent)
        for target, part in parts.items()
    )


def _condition(part: JoinPart) -> JoinCondition:
    if part.extension is not None:
        return JoinCondition(Extension(part.extension), part.right)
    if part.left.startswith("="):
        return JoinCondition(Computed(part.left[1:].strip()), part.right)
    return JoinCondition(Direct(part.left), part.right)


def _origin(part: FlowPart) -> Origin:
    if part.attribute is not None:
        return Direct(part.attribute)
    if part.expression is not None:
        return Computed(part.expression)
    if part.extension is not None:
        return Extension(part.extension)
    if part.unique is not None:
        return Unique(tuple(part.unique))
    # What remains is the constant: the model holds that there is one origin.
    return Constant("" if part.constant is None else part.constant)


def _membership(document: Document, body: MembershipBody) -> Membership:
    return Membership(
        name=document.name,
        resource_type=body.resource,
        attribute=body.attribute,
        of=body.of,
        group_attribute=body.match.left,
        member_attribute=body.match.right,
        scope=_scope(document, body.scope),
        place=document.place,
    )


def _schedule(document: Document, body: ScheduleBody) -> Schedule:
    return Schedule(
        name=document.name,
        profile=body.profile,
        cron=body.cron or "",
        every=body.every,
        zone=body.zone,
        after=tuple(body.after),
        if_changed=body.if_changed,
        closed=tuple(Window(frozenset(part.days), part.start, part.until) for part in body.closed),
        late_after=body.late_after,
        told=Told(tuple(body.mail.to), frozenset(body.mail.on)) if body.mail else Told(),
        place=document.place,
    )


def _mail(home: Path, body: MailBody, vault: Vault) -> MailServer:
    return MailServer(
        host=body.host,
        sender=body.sender,
        port=body.port or PORTS[body.tls],
        tls=body.tls,
        ca_file=home / body.ca_file if body.ca_file else None,
        user=body.user,
        password=partial(body.password.reveal, home, vault) if body.password else None,
        inbox=_inbox(home, body.inbox, body.inbox.address or body.sender, vault) if body.inbox else None,
    )


def _inbox(home: Path, part: InboxPart, address: str, vault: Vault) -> Inbox:
    return Inbox(
        host=part.host,
        address=address,
        port=part.port or INBOX_PORTS[part.tls],
        tls=part.tls,
        ca_file=home / part.ca_file if part.ca_file else None,
        user=part.user,
        password=partial(part.password.reveal, home, vault),
        folder=part.folder,
        plus=part.plus,
    )

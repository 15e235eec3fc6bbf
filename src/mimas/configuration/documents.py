"""The kinds of documents and what may stand in them. Each field's description is its help text."""

import re
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from mimas.configuration import notation, rhythm
from mimas.configuration.notation import NotationError
from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.language.scope import Operator
from mimas.mail.server import Tls
from mimas.runs.setup import Step, StepKind
from mimas.schema.attributes import Kind
from mimas.schema.values import Scalar
from mimas.secrets.secret import PLACES, Secret
from mimas.sync.rules import Deprovision, Direction, Enforce, LinkType, Merge


class Part(BaseModel):
    """A document, or a part of one."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


def _scalar(given: Any) -> Any:
    if not isinstance(given, (str, int, bool)):
        raise NotationError("a constant is a single value", "write a text, a whole number, true or false")
    return given


Name = Annotated[str, Field(min_length=1)]
Expression = Annotated[str, BeforeValidator(notation.expression), Field(min_length=1)]
Candidate = Annotated[str, BeforeValidator(notation.candidate), Field(min_length=1)]
Address = Annotated[str, AfterValidator(notation.address)]
Cron = Annotated[str, AfterValidator(rhythm.cron)]
Zone = Annotated[str, AfterValidator(rhythm.zone)]
Pattern = Annotated[str, AfterValidator(notation.pattern)]
Labels = Annotated[dict[str, Annotated[str, Field(min_length=1)]], BeforeValidator(notation.labels)]
Share = Annotated[float, BeforeValidator(notation.share), Field(ge=0, le=1)]


class AttributePart(Part):
    """An attribute: ``type[, multivalued][, indexed][, secret][, required]``."""

    type: Kind = Field(default=Kind.STRING, description="The type of its values.")
    multivalued: bool = Field(default=False, description="Whether it may hold several values.")
    indexed: bool = Field(default=False, description="Whether resources are joined and searched by it.")
    secret: bool = Field(default=False, description="Of an object: written when it is made, never read or kept.")
    choose: Name | None = Field(default=None, description="A function that chooses between what is contributed.")
    to: Name | None = Field(default=None, description="For a reference: the object type it points to.")
    required: bool = Field(default=False, description="Of a resource: whether it must have a value.")
    pattern: Pattern = Field(default="", description="Of a resource: a regular expression that each value must fit.")
    minimum: int | None = Field(default=None, description="Of a resource: the smallest whole number that it may be.")
    maximum: int | None = Field(default=None, description="Of a resource: the largest one.")
    label: Labels = Field(default={}, description="What people call it: a text, or texts by language.")

    @model_validator(mode="after")
    def _limits_fit(self) -> "AttributePart":
        if self.pattern and self.type is not Kind.STRING:
            raise NotationError(f"only texts have a pattern, and this is {self.type}", "take `pattern` away")
        if (self.minimum, self.maximum) == (None, None):
            return self
        if self.type is not Kind.INTEGER:
            raise NotationError(
                f"only whole numbers have a minimum and a maximum, and this is {self.type}", "take them away"
            )
        if None not in (self.minimum, self.maximum) and self.minimum > self.maximum:  # type: ignore[operator]
            raise NotationError(f"the minimum {self.minimum} is above the maximum {self.maximum}", "turn them round")
        return self


AttributeForm = Annotated[AttributePart, BeforeValidator(notation.attribute)]


class ClausePart(Part):
    """One condition: ``attribute OPERATOR value``."""

    attribute: str = Field(default="", description="The attribute that is looked at.")
    operator: Operator = Field(default=Operator.EQUAL, description="How it is compared.")
    extension: Name | None = Field(default=None, description="Or a function in `extensions`: `module:function`.")
    value: str = Field(default="", description="What it is compared with; a list for ISIN is separated by `;`.")

    @model_validator(mode="after")
    def _one_question(self) -> "ClausePart":
        if bool(self.attribute) == bool(self.extension):
            raise NotationError("a clause asks one thing", "write `attribute OPERATOR value`, or {extension: m:f}")
        return self


class EqualityPart(Part):
    """Two attributes that must be equal: ``left = right``."""

    left: Name = Field(description="The attribute of the connector object, or of the group.")
    right: Name = Field(description="The attribute of the resource, or of the member.")


class JoinPart(Part):
    """What is compared of the connector object, and the attribute of the resource: ``left = right``."""

    left: str = Field(default="", description="The attribute of the connector object, or an `=expression`.")
    extension: Name | None = Field(default=None, description="Or a function in `extensions`: `module:function`.")
    right: Name = Field(description="The attribute of the resource.")

    @model_validator(mode="after")
    def _one_side(self) -> "JoinPart":
        if bool(self.left) == bool(self.extension):
            raise NotationError("a join compares one thing", "write `attribute = attribute`, or extension and right")
        return self


Equality = Annotated[EqualityPart, BeforeValidator(notation.equality)]
Condition = Annotated[JoinPart, BeforeValidator(notation.condition)]
Criterion = Annotated[list[Condition], BeforeValidator(notation.criterion), Field(min_length=1)]
Clause = Annotated[ClausePart, BeforeValidator(notation.clause)]
ScopeForm = Annotated[list[list[Clause]], BeforeValidator(notation.scope)]


class FlowPart(Part):
    """Where the value of one attribute comes from; exactly one of the first five."""

    attribute: Name | None = Field(default=None, description="An attribute of the source, taken as it is.")
    constant: Annotated[Scalar | None, BeforeValidator(_scalar)] = Field(default=None, description="A fixed value.")
    expression: Expression | None = Field(default=None, description="An expression over the source's attributes.")
    extension: Name | None = Field(default=None, description="A function in `extensions`: `module:function`.")
    unique: list[Candidate] | None = Field(
        default=None, min_length=1, description="Expressions in order: the first whose value nobody else has."
    )
    once: bool = Field(default=False, description="Only when the object is created.")
    merge: Merge = Field(default=Merge.UPDATE, description="Whether values of several rules are merged.")
    enforce: Enforce = Field(
        default=Enforce.ALWAYS,
        description="Outbound: put right what differs `always`, send only `on-change` of the rules or `while-empty`, "
        "or `add` to the values that are there.",
    )
    intent: str = Field(default="", description="Of an outbound reference: to which of the objects of a resource.")

    @model_validator(mode="after")
    def _one_origin(self) -> "FlowPart":
        origins = ("attribute", "constant", "expression", "extension", "unique")
        given = [name for name in origins if getattr(self, name) is not None]
        if len(given) != 1:
            shown = " and ".join(given) or "none"
            raise NotationError(f"a flow has one origin, not {shown}", "keep one of: " + ", ".join(origins))
        return self


FlowForm = Annotated[FlowPart, BeforeValidator(notation.flow)]


class ObjectPart(Part):
    """One object type of a connected system."""

    anchor: list[Name] = Field(default=[], description="The attributes that make up the anchor, which never changes.")
    attributes: dict[Name, AttributeForm] = Field(description="Its attributes.")
    grace: int = Field(default=0, ge=0, description="Days for which an object that is no longer shown still counts.")

    @model_validator(mode="after")
    def _anchor_known(self) -> "ObjectPart":
        for name in self.anchor:
            if name not in self.attributes:
                raise NotationError(f"unknown attribute '{name}' in the anchor", suggest(name, self.attributes))
        return self


class GuardPart(Part):
    """A threshold; it trips when both figures are exceeded."""

    count: int = Field(default=10, ge=0, description="So many objects.")
    share: Share = Field(default=0.05, description="So large a part of all: `5%` or 0.05.")


class GuardsPart(Part):
    """The thresholds of a connector."""

    changes: dict[Name, GuardPart] = Field(
        default={}, description="Attribute: objects in which an export would change it."
    )
    errors: int = Field(default=5000, ge=1, description="An import or export stops when so many objects have failed.")
    missing: GuardPart = Field(default=GuardPart(), description="Objects that a full import no longer shows.")
    deletes: GuardPart = Field(default=GuardPart(), description="Objects that an export would delete.")


class Body(Part):
    """What a document of any kind may hold beside its kind and name."""

    description: str = Field(default="", description="What it is for, in words.")


class DeletionPart(Part):
    """When a resource is deleted: ``last``, ``never``, ``{any: [connectors]}`` or ``{extension: module:function}``."""

    rule: Literal["last", "never"] | None = Field(default=None, description="`last` link, or `never`.")
    any: list[Name] = Field(default=[], description="When a link of one of these connectors ends.")
    extension: Name | None = Field(default=None, description="When this function says so: `module:function`.")

    @model_validator(mode="after")
    def _one_rule(self) -> "DeletionPart":
        if sum(map(bool, (self.rule, self.any, self.extension))) != 1:
            raise NotationError("there is one deletion rule", "write last, never, {any: [hr]} or {extension: …}")
        return self


class ObjectTypeBody(Body):
    """A type of resources."""

    attributes: dict[Name, AttributeForm] = Field(description="Its attributes.")
    deletion: Annotated[DeletionPart, BeforeValidator(notation.deletion)] = Field(
        default=DeletionPart(rule="last"), description="When a resource of this type is deleted."
    )
    release: int = Field(default=0, ge=0, description="Days after deletion when unique values are free again.")
    usage: dict[Name, list[Name]] = Field(
        default={}, description="Keywords by which policy tells parts of the schema apart: keyword: attributes, or `.`."
    )


class ConnectorBody(Body):
    """A connected system."""

    type: Name = Field(description="The type of connector; `mimas connector types` lists them.")
    settings: dict[str, Any] = Field(default={}, description="The settings of that type.")
    objects: dict[Name, ObjectPart] = Field(description="The object types that are read and written.")
    guards: GuardsPart = Field(default=GuardsPart(), description="When to hold what is missing or to be deleted.")
    confirm: Literal["import", "read-back"] = Field(
        default="import", description="How exports are confirmed: by the next import, or by reading each object again."
    )
    parameters: dict[Name, Annotated[Scalar, BeforeValidator(_scalar)]] = Field(
        default={}, description="What `%Name%` stands for in expressions and scopes of this connector's rules."
    )
    approval: bool = Field(
        default=False, description="Whether it is sent only what a plan says that somebody else has approved."
    )
    sign_in: bool = Field(
        default=False, description="Whether people sign in to the portal with their password in this system."
    )
    before_export: Name | None = Field(
        default=None, description="A function called for each object, before it is sent."
    )
    after_export: Name | None = Field(default=None, description="A function called for each object that was sent.")


class DeprovisionPart(Part):
    """What happens to an object that no rule wants: one word, or ``what`` with more about it."""

    what: Deprovision = Field(
        default=Deprovision.DISCONNECT, description="`disconnect`, `explicit-disconnect`, `keep` or `delete`."
    )
    extension: Name | None = Field(default=None, description="A function that returns one of them: `module:function`.")
    flows: dict[Name, FlowForm] = Field(default={}, description="What an object gets that is kept: target: origin.")

    @model_validator(mode="after")
    def _kept(self) -> "DeprovisionPart":
        if self.flows and self.what is not Deprovision.KEEP and self.extension is None:
            raise NotationError("only an object that is kept gets values", "write `what: keep` beside `flows`")
        return self


class SyncRuleBody(Body):
    """What flows between a connected system and the resources."""

    direction: Direction = Field(description="`inbound` writes resources, `outbound` writes connector objects.")
    connector: Name = Field(description="The connector.")
    object: Name = Field(description="The object type of the connected system.")
    resource: Name = Field(description="The type of the resources.")
    precedence: int = Field(ge=1, description="The lowest number wins, per attribute and across connectors.")
    link: LinkType = Field(default=LinkType.JOIN, description="Whether the rule makes the missing side.")
    scope: ScopeForm = Field(default=[], description="Clauses that must all hold, or lists of which one must hold.")
    join: list[Criterion] = Field(default=[], description="In order: `object attribute = resource attribute`.")
    choose: Name | None = Field(default=None, description="A function that chooses where several match.")
    intent: str = Field(default="", description="What for, where a resource has several objects of one type there.")
    after: Name | None = Field(default=None, description="A rule whose object has to be there first.")
    flows: dict[Name, FlowForm] = Field(default={}, description="Target: origin.")
    deprovision: Annotated[DeprovisionPart, BeforeValidator(notation.deprovision)] = Field(
        default=DeprovisionPart(), description="When no rule wants the object."
    )


class MembershipBody(Body):
    """Members by a criterion: everybody whose attribute equals the group's."""

    resource: Name = Field(description="The type of the groups.")
    attribute: Name = Field(description="The attribute that holds the members.")
    of: Name = Field(description="The type of the members.")
    match: Equality = Field(description="`group attribute = member attribute`.")
    scope: ScopeForm = Field(default=[], description="Which resources may be members.")


class StepPart(Part):
    """A step: ``import NAME [delta]``, ``export NAME``, ``sync [NAME] [full]``, or its parts with more about them."""

    kind: StepKind = Field(description="`full-import`, `delta-import`, `full-sync`, `delta-sync` or `export`.")
    connector: Name | None = Field(default=None, description="The connector; a sync without one takes all of them.")
    retry: bool = Field(default=False, description="An export: also what waits for its next try.")
    limit: int | None = Field(default=None, ge=1, description="Stop after so many objects.")
    to: Name | None = Field(default=None, description="The drop file to write what is read, or sent, to.")
    only: bool = Field(default=False, description="Only write that file: stage nothing, send nothing.")
    source: Name | None = Field(default=None, alias="from", description="An import: the drop file to read instead.")

    @model_validator(mode="after")
    def _fits(self) -> "StepPart":
        if self.connector is None and not self.kind.endswith("sync"):
            raise NotationError("names no connector", "write `connector: …`")
        if fault := self.step.fault:
            raise NotationError(fault)
        return self

    @property
    def step(self) -> Step:
        """The step."""
        to, source = (Path(name) if name else None for name in (self.to, self.source))
        return Step(self.kind, self.connector, self.retry, self.limit, to, self.only, source)


class RunProfileBody(Body):
    """A recipe: steps in order."""

    steps: Annotated[list[Annotated[StepPart, BeforeValidator(notation.step)]], Field(min_length=1)] = Field(
        description="`import NAME [delta]`, `export NAME`, `sync [NAME] [full]`."
    )


class WindowPart(Part):
    """A time of the week at which nothing is to be started."""

    days: Annotated[list[int], BeforeValidator(rhythm.days)] = Field(
        default=list(range(7)), description="On which days it begins: `sat-sun`, `mon, wed`; without it every day."
    )
    start: Annotated[time, BeforeValidator(rhythm.clock)] = Field(
        default=time(), alias="from", description="The time of day, as in `22:00`; without it midnight."
    )
    until: Annotated[time, BeforeValidator(rhythm.clock)] = Field(
        default=time(), description="The time of day; before `from` it is the next day's; without it midnight."
    )


class ToldPart(Part):
    """Who is told by mail, and of what."""

    to: Annotated[list[Address], BeforeValidator(notation.several), Field(min_length=1)] = Field(
        description="The addresses of the people who are told."
    )
    on: Annotated[list[Literal["failed", "held", "errors"]], BeforeValidator(notation.several)] = Field(
        default=["failed", "held", "errors"],
        min_length=1,
        description="Of what: a run that `failed`, objects that are `held`, `errors` at single objects.",
    )


class ScheduleBody(Body):
    """When a run profile is run."""

    profile: Name = Field(description="The run profile.")
    cron: Cron | None = Field(
        default=None, description="Five fields, as in `15 5 * * 1-5`: minute, hour, day, month, day of the week."
    )
    every: Annotated[timedelta | None, BeforeValidator(rhythm.interval)] = Field(
        default=None, description="As soon as so much time has gone by since the last start: `10 minutes`, `2 hours`."
    )
    zone: Zone = Field(default="UTC", description="The time zone of `cron` and `closed`, as in `Europe/Berlin`.")
    after: Annotated[list[Name], BeforeValidator(notation.several)] = Field(
        default=[], description="Run profiles that must have been run to their end since its own last start."
    )
    if_changed: bool = Field(default=False, description="Leave out syncs and exports that have nothing to do.")
    closed: list[WindowPart] = Field(default=[], description="Maintenance windows, in which it does not start.")
    late_after: Annotated[timedelta, BeforeValidator(rhythm.interval)] = Field(
        default=timedelta(hours=1), description="How long a run may take before it is told: `1 hour`."
    )
    mail: Annotated[ToldPart | None, BeforeValidator(notation.told)] = Field(
        default=None, description="Who is told when a run fails or leaves something held or in error."
    )

    @model_validator(mode="after")
    def _one_rhythm(self) -> "ScheduleBody":
        if (self.cron is None) == (self.every is None):
            wrong = "both `cron` and `every`" if self.cron else "neither `cron` nor `every`"
            raise NotationError(f"has {wrong}", 'keep one: `cron: "15 5 * * 1-5"`, or `every: 10 minutes`')
        return self


class InboxPart(Part):
    """The mailbox in which answers and bounces arrive, which is read by IMAP."""

    host: Name = Field(description="The IMAP server's name.")
    port: int | None = Field(default=None, ge=1, le=65535, description="Its port; without it 993 or 143, by `tls`.")
    tls: Literal["implicit", "starttls"] = Field(
        default="implicit", description="`implicit` from the first byte on, or `starttls`."
    )
    ca_file: Path | None = Field(default=None, description="The certificates to trust (PEM); without it, the system's.")
    user: str = Field(min_length=1, description="Who to sign in as.")
    password: Secret = Field(description=f"The password of user: {PLACES}.")
    folder: str = Field(default="INBOX", min_length=1, description="The folder that is read.")
    address: Address | None = Field(default=None, description="What it gets its mails under; without it, `from`.")
    plus: bool = Field(default=True, description="Whether what is sent to `name+anything@domain` arrives there too.")


class MailBody(Body):
    """The server that takes mails, and who they come from."""

    host: Name = Field(description="The mail server's name.")
    port: int | None = Field(default=None, ge=1, le=65535, description="Its port; without it 587, 465 or 25, by `tls`.")
    tls: Tls = Field(default="starttls", description="`starttls`, `implicit` from the first byte on, or `none`.")
    ca_file: Path | None = Field(default=None, description="The certificates to trust (PEM); without it, the system's.")
    sender: Address = Field(alias="from", description="The address that mails come from.")
    user: str = Field(default="", description="Who to sign in as; without it nobody signs in.")
    password: Secret | None = Field(default=None, description=f"The password of user: {PLACES}.")
    inbox: InboxPart | None = Field(default=None, description="The mailbox in which answers and bounces arrive.")

    @model_validator(mode="after")
    def _no_password_in_the_open(self) -> "MailBody":
        if bool(self.user) != (self.password is not None):
            raise NotationError("`user` and `password` belong together", "write both, or neither")
        if self.user and self.tls == "none":
            raise NotationError("would send a password in the open", "write `tls: starttls`, or take `user` away")
        return self


KINDS: dict[str, type[Body]] = {
    "ObjectType": ObjectTypeBody,
    "Connector": ConnectorBody,
    "SyncRule": SyncRuleBody,
    "Membership": MembershipBody,
    "RunProfile": RunProfileBody,
    "Schedule": ScheduleBody,
    "Mail": MailBody,
}
AT_ONCE = ("RunProfile", "Schedule", "Mail")
"""Kinds that say when something is done, not what comes of it: after a change nothing has to be looked at anew."""


def parse(document: Document) -> tuple[Body | None, list[Problem]]:
    """The document in its one long form; or nothing, and everything that is wrong with it."""
    model = KINDS.get(document.kind)
    if model is None:
        hint = suggest(document.kind, KINDS) if document.kind != "RuleTest" else "rule tests stand in the folder tests"
        return None, [document.problem(("kind",), f"unknown kind '{document.kind}'", hint)]
    try:
        return model.model_validate(dict(document.body)), []
    except ValidationError as error:
        return None, list(explain(document, model, error))


def spot(document: Document, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A path in the long form as a path in what was written: a scope of clauses has no groups."""
    scope = document.body.get("scope")
    flat = path[:1] == ("scope",) and isinstance(scope, list) and not any(isinstance(item, list) for item in scope)
    return ("scope", *path[2:]) if flat else path


def explain(
    document: Document, model: type[BaseModel], error: ValidationError, above: tuple[str | int, ...] = ()
) -> Iterator[Problem]:
    """The findings of a model as problems of the document; ``above`` is where the model's part stands."""
    for found in error.errors(include_url=False):
        path = spot(document, (*above, *(step for step in found["loc"] if step != "[key]")))
        key = next((step for step in reversed(found["loc"]) if isinstance(step, str) and step != "[key]"), "")
        kind, context = found["type"], found.get("ctx", {})
        if kind == "extra_forbidden":
            known = {*_fields(model, found["loc"][:-1]), *(() if above or len(path) > 1 else ("kind", "name"))}
            yield document.problem(path, f"unknown key '{key}'", suggest(key, known))
        elif kind == "missing":
            yield document.problem(path[:-1], f"`{'.'.join(map(str, path))}` is missing", f"write `{key}: …`")
        elif kind in ("enum", "literal_error"):
            allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            yield document.problem(path, f"`{key}` cannot be '{found['input']}'", suggest(str(found["input"]), allowed))
        elif isinstance(reason := context.get("error"), NotationError):
            yield document.problem(path, reason.message, reason.hint)
        else:
            what = _PLAIN.get(kind, found["msg"].removeprefix("Value error, ").replace("Input should", "should"))
            yield document.problem(path, f"`{key}` {what}" if key else what, _help(model, found["loc"]))


_PLAIN = (
    dict.fromkeys(("string_type", "string_sub_type"), "should be a text")
    | dict.fromkeys(("string_too_short", "too_short"), "must not be empty")
    | dict.fromkeys(("list_type", "tuple_type"), "should be a list")
    | dict.fromkeys(
        ("dict_type", "model_type", "model_attributes_type", "dataclass_type"), "should have keys and values"
    )
    | dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "should be a whole number")
    | dict.fromkeys(("float_type", "float_parsing"), "should be a number")
    | dict.fromkeys(("bool_type", "bool_parsing"), "should be true or false")
)
"""What Pydantic's types of errors are called by people who do not write Python."""


def _fields(model: Any, path: tuple[str | int, ...]) -> dict[str, Any]:
    """The fields of the model that stands at a path, by the keys that are written."""
    for step in path:
        fields = _keys(model)
        if fields is None:
            model = (get_args(_bare(model)) or (None,))[-1]
        elif step in fields:
            model = fields[str(step)].annotation
        else:
            return {}
    return _keys(model) or {}


def _keys(model: Any) -> dict[str, Any] | None:
    """The fields of a model; none when it is something else."""
    bare = _bare(model)
    if not (isinstance(bare, type) and issubclass(bare, BaseModel)):
        return None
    return {field.alias or name: field for name, field in bare.model_fields.items()}


def _bare(model: Any) -> Any:
    """What an annotation is about, without what is said of it, and without that it may be missing."""
    while get_origin(model) is Annotated:
        model = get_args(model)[0]
    if get_origin(model) is UnionType:
        return next(part for part in get_args(model) if part is not type(None))
    return model


def _help(model: type[BaseModel], path: tuple[str | int, ...]) -> str:
    field = _fields(model, path[:-1]).get(str(path[-1])) if path else None
    return (field.description or "") if field else ""

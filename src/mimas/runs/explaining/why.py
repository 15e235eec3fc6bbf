"""Why an attribute of a resource has the value that it has, and where the value goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mimas.runs.engine import Engine
from mimas.runs.explaining import inputs as loading
from mimas.runs.explaining.chronicle import Chronicle, Since
from mimas.runs.explaining.inputs import Inputs
from mimas.runs.explaining.named import Absent, Input, Naming
from mimas.runs.explaining.onward import Onward, onward
from mimas.runs.explaining.preview import explainer_of
from mimas.runs.explaining.proof import ResourceProof, SourceProof, prove
from mimas.runs.explaining.references import ReferenceProof, prove_reference, targets
from mimas.runs.explaining.restoring import Restorer
from mimas.runs.explaining.standing import standings
from mimas.runs.session import Session
from mimas.runs.symbols import Symbols
from mimas.schema.attributes import Kind
from mimas.schema.values import Value
from mimas.store.database import Transaction
from mimas.store.history.past import Then
from mimas.store.looking import title
from mimas.sync.explain import AttributeProof, Explainer

MOST = 20
"""So many references are proved at once."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Since when a source shows what was applied of it, as far as it was read."""

    connector: str
    anchor: str
    rule: str
    since: Since


@dataclass(frozen=True, slots=True)
class Why:
    """The answer: the value, its proof down to the inputs, and every system it goes on to.

    ``inputs`` names whatever can change the value: no single other input can.
    """

    resource: int
    type: str
    title: str
    live: bool
    attribute: str
    at: datetime
    """The instant that it is asked of."""
    value: Value | None
    """What was resolved last; none for references, which are rows."""
    following: Value | None
    """What follows from the inputs now: the next sync makes it so."""
    proof: AttributeProof | None
    references: tuple[ReferenceProof, ...]
    more: int
    """How many further references there are."""
    keepers: tuple[SourceProof, ...]
    """The objects whose links keep the resource alive."""
    absent: tuple[Absent, ...]
    inputs: tuple[Input, ...]
    onward: tuple[Onward, ...]
    due: datetime | None
    """When something of the resource changes by itself."""
    error: str
    """The inbound rule that failed: the resource keeps what it has."""
    since: Since | None = None
    """When the resource got its value; none for references."""
    origins: tuple[Origin, ...] = ()


def why(engine: Engine, resource: int, attribute: str, target: int | None = None) -> Why:
    """Why; of a reference why it is there or not, for one ``target`` or for the first of those that it has."""
    symbols = engine.symbols  # made beforehand: names of new rules get their numbers, which is written
    with engine.store.reading() as tx:
        step = int(tx.value("SELECT max(id) FROM step") or 0) + 1
        session = Session(symbols, step, engine.clock(), sweep=False)
        return _why(tx, session, explainer_of(engine), resource, attribute, target, Chronicle(tx, engine.store))


def why_at(engine: Engine, resource: int, attribute: str, target: int | None, at: datetime, then: Then) -> Why:
    """The same of an instant of the past; ``engine`` is under the documents that were in force then.

    Raises `LookupError` where the resource, or the target, was not there yet, and `ErasedError`.
    """
    with engine.store.rehearsal() as tx:
        symbols = Symbols(engine.store, engine.compiled)
        Restorer(tx, symbols, then, at).restore(resource, attribute, target, most=MOST)
        session = Session(symbols, then.step + 1, at, sweep=False)
        chronicle = Chronicle(tx, engine.store, then.place)
        return _why(tx, session, explainer_of(engine), resource, attribute, target, chronicle)


def _why(
    tx: Transaction,
    session: Session,
    explainer: Explainer,
    resource: int,
    attribute: str,
    target: int | None,
    chronicle: Chronicle,
) -> Why:
    loaded = loading.load(tx, session, resource)
    proof = prove(explainer, loaded)
    kind = explainer.compiled.rules.types[loaded.type].attributes[attribute].kind
    references: tuple[ReferenceProof, ...] = ()
    more = 0
    if kind is Kind.REFERENCE:
        references, more = _references(tx, session, explainer, loaded, proof, attribute, target, chronicle)
    naming = Naming(explainer, loaded, proof)
    stand = standings(tx, session, resource)
    onwards = onward(tx, session, explainer, proof, attribute, stand, references, chronicle)
    return Why(
        resource,
        loaded.type,
        title(loaded.before),
        loaded.live,
        attribute,
        loaded.now,
        loaded.before.get(attribute),
        _following(loaded, proof, attribute),
        proof.attribute(attribute),
        references,
        more,
        tuple(_keepers(explainer, proof)),
        tuple(naming.absent(attribute)) if kind is not Kind.REFERENCE else (),
        tuple(naming.named(attribute)) if kind is not Kind.REFERENCE else (),
        tuple(onwards),
        proof.due,
        proof.error,
        chronicle.value(resource, attribute) if kind is not Kind.REFERENCE else None,
        tuple(_origins(proof, attribute, chronicle)),
    )


def _following(loaded: Inputs, proof: ResourceProof, attribute: str) -> Value | None:
    found = proof.attribute(attribute)
    if found is None or proof.error or not loaded.live or not any(source.contribution for source in proof.sources):
        return loaded.before.get(attribute)
    return found.value


def _references(
    tx: Transaction,
    session: Session,
    explainer: Explainer,
    loaded: Inputs,
    proof: ResourceProof,
    attribute: str,
    target: int | None,
    chronicle: Chronicle,
) -> tuple[tuple[ReferenceProof, ...], int]:
    chosen = [target] if target is not None else []
    count = 0
    if target is None:
        chosen = [row[0] for row in targets(tx, session, loaded.resource, attribute, MOST)]
        count = tx.value(
            "SELECT count(*) FROM resource_reference WHERE resource = ? AND attribute = ?",
            loaded.resource,
            session.store.symbol(attribute),
        )
    # Of many it would take long to tell.
    when = chronicle if len(chosen) == 1 else None
    found = tuple(prove_reference(tx, session, explainer, loaded, proof, attribute, one, when) for one in chosen)
    return found, max(count - len(found), 0)


def _origins(proof: ResourceProof, attribute: str, chronicle: Chronicle) -> Iterator[Origin]:
    found = proof.attribute(attribute)
    for offer in found.applied if found is not None else ():
        giver = offer.giver
        for source in proof.sources:
            if source.contribution and (source.connector, source.contribution.anchor) == (
                giver.connector,
                giver.anchor,
            ):
                since = chronicle.shown(source.object, offer.flow.reads)
                yield Origin(giver.connector, giver.anchor, giver.rule, since)


def _keepers(explainer: Explainer, proof: ResourceProof) -> Iterator[SourceProof]:
    keeping = {rule.name for rule in explainer.compiled.rules.rules if rule.keeps_alive}
    for source in proof.sources:
        if source.rule in keeping:
            yield source

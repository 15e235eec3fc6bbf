"""The resources of documents, put into the store in the transaction in which the documents come into force."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mimas.configuration.build import ConfigurationError, build
from mimas.configuration.documents import KINDS
from mimas.configuration.problem import Problem, Severity
from mimas.configuration.reading import Document
from mimas.configuration.resources import draft
from mimas.requests import schema
from mimas.requests.owners import owners
from mimas.requests.placing import Draft, Placer, TakenError
from mimas.requests.policy import RULE
from mimas.runs.extensions import Extensions
from mimas.runs.keying import are_current, renew_keys
from mimas.runs.symbols import Symbols
from mimas.store.database import Transaction
from mimas.store.naming import Key
from mimas.store.store import Store
from mimas.sync.compiling import compile_rules
from mimas.sync.rules import Deletion, RuleSet


def renew(store: Store, home: Path, folder: Sequence[Document]) -> None:
    """Make anew what resources are found by, where the documents say otherwise: who is not found is not there."""
    rules = build(home, folder)[0].rules
    if not are_current(store, rules):
        renew_keys(_symbols(store, home, rules))


def _symbols(store: Store, home: Path, rules: RuleSet) -> Symbols:
    # Of the rules only what resources are found by is needed.
    types = {name: replace(type_, deletion=Deletion(), chosen={}) for name, type_ in rules.types.items()}
    bare = RuleSet(types, (), rules.memberships)
    return Symbols(store, compile_rules(bare, {}, Extensions(home)))


def resource_keys(documents: Iterable[Document]) -> set[Key]:
    """Those of documents that are resources."""
    return {(document.kind, document.name) for document in documents if document.kind not in KINDS}


def place(
    tx: Transaction,
    store: Store,
    home: Path,
    folder: Sequence[Document],
    before: Collection[Key],
    tell: Callable[[Problem], None],
) -> None:
    """Make the resources what the documents of a folder say; ``before``: the documents that were in force.

    From here on the store knows the types of these documents. Raises `ConfigurationError`.
    """
    setup, wrong = build(home, folder)
    if wrong:
        raise ConfigurationError(wrong)
    store.catalogue = setup.catalogue
    documents = {(document.kind, document.name): document for document in folder if document.kind not in KINDS}
    gone = set(before) - documents.keys()
    shown = schema.is_shown(tx)
    if not (documents or gone or shown):
        return
    owned = owners(setup.rules)
    drafts: list[Draft] = []
    for document in documents.values():
        made, problems = draft(document, store.catalogue[document.kind], owned.get(document.kind, {}))
        drafts.append(made)
        wrong += problems
    if wrong:
        raise ConfigurationError(wrong)
    symbols = _symbols(store, home, setup.rules)
    if shown or any(kind == RULE for kind, _ in documents):
        schema.show(tx, symbols)
    placer = Placer(tx, symbols)
    placer.owners = owned
    try:
        unfound = placer.place(drafts, gone)
    except TakenError as error:
        hint = "each resource has one document; give it another ObjectID, or take that out"
        raise ConfigurationError([documents[error.draft.key].problem(("ObjectID",), str(error), hint)]) from None
    for one in unfound:
        document, name = documents[one.draft.key], one.attribute.name
        message = f"'{name}' refers to {one.text}, and there is none such, or more than one"
        hint = "nothing is lost: it is looked for again each time that documents are applied"
        tell(Problem(document.at(name), message, hint, document.name, Severity.WARNING))

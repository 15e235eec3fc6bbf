"""What is put into force before a plan is made or applied: other documents, and inputs as they were."""

from collections.abc import Mapping
from dataclasses import dataclass

from mimas.configuration.apply import apply
from mimas.configuration.build import setup
from mimas.configuration.reading import Document, pack, unpack
from mimas.configuration.sealed import sealed_in
from mimas.runs.engine import Engine
from mimas.runs.planning.inputs import put_back
from mimas.runs.planning.plan import Input, Plan
from mimas.runs.planning.rehearsing import Prepare
from mimas.secrets.vault import EMPTY, Vault
from mimas.store import sealed
from mimas.store.store import Store


@dataclass(frozen=True, slots=True)
class Before:
    """What is put in before the steps are done: rows of inputs, and documents; none: those in force stay."""

    inputs: tuple[Input, ...] = ()
    documents: list[Document] | None = None

    @classmethod
    def of(cls, made: Plan) -> "Before":
        """What a plan says."""
        documents = None if made.documents is None else [_document(one) for one in made.documents]
        return cls(made.inputs, documents)

    def written(self, made: Plan) -> None:
        """Let a plan say it."""
        made.documents = None if self.documents is None else tuple(map(_plain, self.documents))
        made.inputs = self.inputs

    def prepared(self, current: Engine) -> tuple[Prepare, Engine]:
        """What is done before the steps, and the engine that they are done by."""
        store, documents = current.store, self.documents

        def engine() -> Engine:
            if documents is None:
                return current
            return Engine(store, setup(current.setup.home, documents, _vault(store, documents)))

        def prepare() -> Engine:
            with store.transaction() as tx:
                put_back(tx, self.inputs, store.clock())
            if documents is not None:
                apply(store, documents, current.setup.home)
            return engine()

        return prepare, engine()


def _vault(store: Store, documents: list[Document]) -> Vault:
    if not any(True for _ in sealed_in(documents)):
        return EMPTY
    with store.reading() as tx:
        return Vault(sealed.everything(tx))


def _plain(document: Document) -> Mapping[str, str]:
    return {"kind": document.kind, "name": document.name, "body": pack(document), "file": document.place.file}


def _document(one: Mapping[str, str]) -> Document:
    return unpack(one["kind"], one["name"], one["body"], one["file"])

"""What is said to PostgreSQL: statements wait, and go together in one message when an answer is needed.

A message there and back costs both sides more than most of our statements do. So a statement that only writes is not
sent by itself, nor is the beginning of a transaction, and several questions can be asked at once. Source: libpq's
pipeline mode (PostgreSQL's manual, section 34.5). The driver's own pipeline sends every statement by itself, and waits
for the answers together, which costs no less; so this stands on the functions of libpq that the driver lends.
"""

from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from psycopg import Connection, DataError, Error
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute, fetch, fetch_many
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

_MOST, _LARGE = 1_000, 1 << 20
"""So many statements wait at most, and so many bytes of parameters."""
_OFTEN = 4
"""What has been asked so often is kept ready by the server from then on."""
_READY = 250
"""So many statements are remembered; then the one that was not used for longest is given up."""
_LARGEST = 1 << 63
_INT8, _UNKNOWN = 20, 0
"""Types of parameters: every number has 64 bits, so that a statement is the same one for all of them."""


class Answer:
    """What PostgreSQL says to one statement; the first look at it waits for it, and for all that was put before."""

    __slots__ = ("_wire", "result")

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self.result: Any = None

    @property
    def sent(self) -> bool:
        """Whether PostgreSQL has answered."""
        return self.result is not None

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows."""
        self._wait()
        return self._wire.loaded(self.result)

    def count(self) -> int:
        """How many rows were touched."""
        self._wait()
        return int(self.result.command_tuples or 0)

    def _wait(self) -> None:
        if self.result is None:
            self._wire.send()


class _Statement:
    """One text with one set of types, and as what the server keeps it ready, if it does."""

    __slots__ = ("name", "text", "types", "uses")

    def __init__(self, text: bytes, types: tuple[int, ...]) -> None:
        self.text = text
        self.types = types
        self.uses = 0
        self.name = b""


_Waiting: TypeAlias = tuple[_Statement, list[Any], Answer]


class Wire:
    """One connection of the driver, as transactions use it."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self._forms = Transformer(connection)
        self._waiting: list[_Waiting] = []
        self._size = 0
        self._known: OrderedDict[tuple[str, tuple[int, ...]], _Statement] = OrderedDict()
        self._names = 0

    def put(self, sql: str, parameters: Sequence[Any] = ()) -> Answer:
        """A statement with ``$1`` for its first parameter; it is sent with the next one that is waited for."""
        values, types = self._dumped(parameters)
        answer = Answer(self)
        self._waiting.append((self._statement(sql, types), values, answer))
        self._size += sum(map(len, filter(None, values)))
        if len(self._waiting) >= _MOST or self._size > _LARGE:
            self.send()
        return answer

    def send(self) -> None:
        """Send what waits, and wait for the answers. Raises the driver's error of the first statement that failed."""
        if not self._waiting:
            return
        waiting = self._waiting
        self.forget()
        pgconn = self.connection.pgconn
        begins = pgconn.transaction_status == TransactionStatus.IDLE
        said: list[Answer | _Statement | None] = []
        try:
            results = self._exchanged(waiting, said, begins=begins)
            for what, (result,) in zip(said, results, strict=True):
                self._check(result)
                if isinstance(what, Answer):
                    what.result = result
        except BaseException:
            # Whether the server keeps them by these names is not known.
            for one in said:
                if isinstance(one, _Statement):
                    one.name = b""
            raise

    def _exchanged(
        self, waiting: list[_Waiting], said: list[Answer | _Statement | None], *, begins: bool
    ) -> list[list[Any]]:
        """Send what waits and take the answers; ``said``: what each of them is about."""
        pgconn = self.connection.pgconn
        pgconn.enter_pipeline_mode()
        try:
            if begins:
                pgconn.send_query_params(b"BEGIN", None)
                said.append(None)
            for statement, values, answer in waiting:
                if statement.uses >= _OFTEN and not statement.name:
                    self._keep_ready(statement)
                    said.append(statement)
                self._say(statement, values)
                said.append(answer)
            pgconn.pipeline_sync()
            return self.connection.wait(_exchange(pgconn, len(said)))
        finally:
            # Of a connection that broke nothing more is to be said than why.
            with suppress(Error):
                if pgconn.status == ConnStatus.OK:
                    pgconn.exit_pipeline_mode()

    def _check(self, result: Any) -> None:
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result, self.connection.info.encoding)

    def commit(self) -> None:
        """Send what waits, and end the transaction."""
        if self._waiting or self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
            self.put("COMMIT")
            self.send()

    def forget(self) -> None:
        """Never send what waits."""
        self._waiting = []
        self._size = 0

    def rollback(self) -> None:
        """Undo the transaction; what waits is not sent."""
        self.forget()
        self.connection.rollback()

    def loaded(self, result: Any) -> list[tuple[Any, ...]]:
        """The rows of a result."""
        self._forms.set_pgresult(result)
        return self._forms.load_rows(0, result.ntuples, tuple)

    def _keep_ready(self, statement: _Statement) -> None:
        self._names += 1
        statement.name = b"mimas_%d" % self._names
        self.connection.pgconn.send_prepare(statement.name, statement.text, statement.types)

    def _say(self, statement: _Statement, values: list[Any]) -> None:
        pgconn = self.connection.pgconn
        statement.uses += 1
        if statement.name:
            pgconn.send_query_prepared(statement.name, values)
        else:
            pgconn.send_query_params(statement.text, values, statement.types)

    def _statement(self, sql: str, types: tuple[int, ...]) -> _Statement:
        key = sql, types
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _Statement(sql.encode(), types)
            if len(self._known) > _READY:
                self._give_up()
        else:
            self._known.move_to_end(key)
        return found

    def _give_up(self) -> None:
        _, old = self._known.popitem(last=False)
        if old.name:
            statement = _Statement(b"DEALLOCATE " + old.name, ())
            self._waiting.append((statement, [], Answer(self)))

    def _dumped(self, parameters: Sequence[Any]) -> tuple[list[Any], tuple[int, ...]]:
        """The parameters as the wire has them, and their types."""
        values: list[Any] = []
        types: list[int] = []
        for value in parameters:
            kind = type(value)
            if kind is str:
                if "\0" in value:
                    raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
                values.append(value.encode())
                types.append(_UNKNOWN)
            elif kind is int and -_LARGEST <= value < _LARGEST:
                values.append(b"%d" % value)
                types.append(_INT8)
            elif value is None:
                values.append(None)
                types.append(_UNKNOWN)
            else:
                values += self._forms.dump_sequence([value], [PyFormat.TEXT])
                types += self._forms.types or (_UNKNOWN,)
        return values, tuple(types)


def _exchange(pgconn: Any, count: int) -> Generator[Any, Any, list[list[Any]]]:
    """Send what was said, and take the answers: a list for each statement, and a last one that ends them."""
    found = [(yield from execute(pgconn))]
    while len(found) < count:
        found += [(yield from fetch_many(pgconn))]
    yield from fetch(pgconn)
    return found

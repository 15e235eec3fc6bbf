"""Values within the documents of resources, as SQL: where SQLite and PostgreSQL differ about JSON.

Values are looked at in the form in which they stand in a document, as JSON: there a text is in quotes, and holds
nothing that one of the databases could not read.
"""

from dataclasses import dataclass

from mimas.store.filtering.conditions import both, either, opposite
from mimas.store.queries import Query

_PLAIN = r'^"[] !#-\[^-~]*"$'
_NOT_PLAIN = "*[^] !#-[^-~]*"
_SPACES = "".join(map(chr, [0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]))
_ESCAPED_SPACES = (r"\t", r"\n", r"\f", r"\r", r"\u000b", r"\u001c", r"\u001d", r"\u001e", r"\u001f")


@dataclass(frozen=True, slots=True)
class Documents:
    """How the documents of one database are looked into. ``v`` is the JSON of a value, where a test is asked for."""

    postgresql: bool

    def has(self, row: str, attribute: str) -> Query:
        """Whether a row of ``resource`` has a value."""
        return self._one(row, attribute) + " v WHERE v.v <> '[]')"

    def some(self, row: str, attribute: str, test: Query, *, several: bool) -> Query:
        """Whether the test holds for one of its values. ``several``: there may be more than one."""
        values = self._each(row, attribute) if several else self._one(row, attribute)
        return values + " v WHERE " + both(Query("v.v IS NOT NULL"), test) + ")"

    def named(self, row: str, test: Query) -> Query:
        """Whether the test holds for the name of a row's type."""
        name = f"SELECT '\"' || name || '\"' AS v FROM symbol WHERE id = {row}.type"
        return Query(f"EXISTS (SELECT 1 FROM ({name}) v WHERE ") + test + ")"

    def _one(self, row: str, attribute: str) -> Query:
        # With a LIMIT it is computed once; without, once for each time that it is named.
        if self.postgresql:
            raw = f'(({row}.doc::json -> CAST(? AS TEXT))::text COLLATE "C")'
            return Query(f"EXISTS (SELECT 1 FROM (SELECT {raw} AS v LIMIT 1)", (attribute,))
        return Query(f"EXISTS (SELECT 1 FROM (SELECT {row}.doc -> ? AS v LIMIT 1)", (_path(attribute),))

    def _each(self, row: str, attribute: str) -> Query:
        if self.postgresql:
            one = "CASE WHEN json_typeof(j.j) = 'array' THEN j.j ELSE json_build_array(j.j) END"
            several = f"CASE WHEN j.j IS NULL THEN '[]' ELSE {one} END"
            return Query(
                'EXISTS (SELECT 1 FROM (SELECT e.value::text COLLATE "C" AS v'
                f" FROM (SELECT {row}.doc::json -> CAST(? AS TEXT) AS j LIMIT 1) j, json_array_elements({several}) e"
                " OFFSET 0)",
                (attribute,),
            )
        return Query(
            f"EXISTS (SELECT 1 FROM (SELECT {row}.doc -> e.fullkey AS v FROM json_each({row}.doc, ?) e LIMIT -1)",
            (_path(attribute),),
        )

    def plain(self) -> Query:
        r"""Whether it is a text of printable ASCII without ``"`` and ``\``, which SQL folds as Python does."""
        if self.postgresql:
            return Query("v.v ~ ?", (_PLAIN,))
        within = "substr(v.v, 2, length(v.v) - 2)"
        return both(Query("v.v GLOB '\"*\"'"), Query(f"{within} NOT GLOB ?", (_NOT_PLAIN,)))

    def digits(self, shape: str) -> Query:
        """Whether it is a text of that shape, in which each 0 stands for a digit."""
        pattern = f'"{shape.replace("0", "[0-9]")}"'
        return Query("v.v ~ ?", (f"^{pattern}$",)) if self.postgresql else Query("v.v GLOB ?", (pattern,))

    def within(self) -> str:
        """The function that tells at which place of a text another one stands."""
        return "strpos" if self.postgresql else "instr"

    def blank(self, row: str, attribute: str) -> Query:
        """Whether a row has no value but such as have no key: of spaces only."""
        spaces = f" v WHERE {_blank()})"
        return either(opposite(self.has(row, attribute)), self._one(row, attribute) + spaces)


def _blank() -> str:
    """Whether nothing is left of a text when all spaces are taken away, as Python knows them."""
    text = "v.v"
    for escape in _ESCAPED_SPACES:
        text = f"replace({text}, '{escape}', '')"
    return f"trim({text}, '\" {_SPACES}') = ''"


def _path(attribute: str) -> str:
    return f'$."{attribute}"'

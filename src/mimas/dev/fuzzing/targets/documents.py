"""Documents: YAML is read without expanding anything, kept and written out again as it was, and checked."""

from mimas.configuration.canonical import digest, dump
from mimas.configuration.check import check
from mimas.configuration.problem import Problem
from mimas.configuration.reading import pack, read, unpack
from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets.corpus import documents, folder


def _yaml(case: str) -> str:
    found, problems = read(case, "x.yaml")
    for document in found:
        kept = unpack(document.kind, document.name, pack(document), document.place.file)
        assert (kept.body, kept.lines, kept.place) == (document.body, document.lines, document.place)
        again, wrong = read(dump(document), "x.yaml")
        assert not wrong, f"what was written cannot be read: {wrong[0]}"
        assert [(one.kind, one.name, one.body) for one in again] == [(document.kind, document.name, document.body)]
        assert digest(again[0]) == digest(document)
    return f"{min(len(found), 3)} {_told(problems)}"


def _checked(case: str) -> str:
    found, problems = read(case, "x.yaml")
    return _told([*problems, *check(folder(), found)])


def _told(problems: list[Problem]) -> str:
    told(ValueError(), *(part for problem in problems for part in (problem.message, problem.hint)), "")
    first = next(iter(problems), None)
    return told(ValueError(), first.message) if first else "right"


_SMALL = (
    "kind: ObjectType\nname: person\nattributes:\n  mail: string, indexed\n  manager: reference to person\n",
    "kind: RunProfile\nname: full\nsteps: [import hr, sync, export directory]\n---\nkind: Mail\nname: m\nhost: x\nfrom: a@b.c\n",
    'kind: SyncRule\nname: "r"\ndescription: |\n  two\n  lines\nflows: {a: "=Trim([b])", c: {constant: 0042}, d: {constant: 7}}\n',
    "kind: Schedule\nname: s\nprofile: full\nevery: 10 minutes\nclosed:\n  - {days: sat-sun, from: 22:00, until: 24:00}\n",
    "%YAML 1.2\n---\nkind: >-\n  Mail\nname: 'it''s'\n? key\n: - a\n  - {b: c, d: [e, f]}\n...\n",
    'kind: "\\u263A\\x41\\U0001F600\\n"\nname: x\n',
    "a: &x [1, 2]\nb: *x\nc: !!python/object:os.system x\n",
)
_WORDS = (
    "kind: ", "name: ", "---\n", "...\n", "- ", "? ", ": ", "#", "&a ", "*a", "!!str ", "!", "|\n", ">-\n", "%YAML 1.1\n", "%TAG ! x\n",
    "{", "}", "[", "]", ",", '"', "'", "\\", "\\u", "\\U0011FFFF", "\n", "\n  ", "\t", "~", "null", "true", "0042", "1e5", "<<: ",
    "Connector", "SyncRule", "ObjectType", "Membership", "Schedule", "attributes:", "flows:", "scope:", "join:", "steps:",
    "settings:", "objects:", "anchor:", "type: ", "=[mail]", "a EQUAL b", "{env: X}", "password: ",
)  # fmt: skip
_NESTING = (
    ("[", "]"),
    ("{a: ", "}"),
    ("- ", ""),
    ("? ", ""),
    ("a:\n ", ""),
    ('"', '"'),
    ("&a ", ""),
    ("!x ", ""),
    ("---\n", ""),
)
_HOMES = (
    tuple("---\n".join(documents()[start:end]) for start, end in ((0, 4), (4, 13), (13, 22))) if documents() else ()
)

TARGETS = (
    Target("yaml", _yaml, (*_SMALL, *documents()), _WORDS, _NESTING, longest=10_000, quick=150),
    Target("configurations", _checked, (*(_HOMES or _SMALL), *_SMALL), _WORDS, _NESTING, longest=20_000, quick=20),
)

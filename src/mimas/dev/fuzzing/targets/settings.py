"""The settings of a home: ``mimas.toml``."""

from mimas.configuration.home import FILE, read_home
from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets.corpus import folder


def _check(case: bytes) -> str:
    (folder() / FILE).write_bytes(case)
    home, problems = read_home(folder())
    assert home.database
    return told(ValueError(), *(f"{one.message} {one.hint}" for one in problems), "")


TARGETS = (
    Target(
        "settings",
        _check,
        (
            b'[mimas]\nname = "Example"\ndatabase = "sqlite:///mimas.db"\n',
            b"\xef\xbb\xbf[mimas]\r\nname = 'x' # why\r\n[other]\nb = [1, 0x2, 1979-05-27T07:32:00Z, inf, {c = 1}]\n",
        ),
        ("[mimas]\n", "name = ", "database = ", '"', "'''", '"""', "=", ".", "[[", "]]", "{", "}", "\\u0041", "1e400", "nan", "\n", "postgresql://u:p@h/d"),
        (("[", "]"), ("a = [", "]"), ("{a = ", "}"), ("a.", "")),
        longest=20_000,
        quick=500,
    ),
)  # fmt: skip

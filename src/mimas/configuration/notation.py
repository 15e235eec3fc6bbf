"""The short forms that people write, as the long forms they stand for."""

import re
from typing import Any

from mimas.configuration.problem import suggest
from mimas.language import regexes
from mimas.language.errors import FlowError
from mimas.language.scope import Operator
from mimas.schema.attributes import Kind
from mimas.schema.forms import FLAGS
from mimas.schema.messages import fit


class NotationError(ValueError):
    """A short form that cannot be understood: what is wrong, and what to write."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(fit(message))
        self.message = fit(message)
        self.hint = fit(hint)


_OPERATORS = "|".join(sorted(Operator, key=len, reverse=True))
_OPERATOR = re.compile(rf"(?<=\s)(?:{_OPERATORS})(?=\s|\Z)")
_AND = re.compile(r"(?<=\s)and(?=\s)")
NULL_TESTS = (Operator.ISNULL, Operator.ISNOTNULL)
_ADDRESS = re.compile(r"[!#-'*+./-9=?A-Z^-~-]+@[A-Za-z0-9.-]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_STEPS = "steps are: import NAME [delta], export NAME, sync [NAME] [full]"


def attribute(given: Any) -> Any:
    """``string, multivalued, indexed`` or ``reference to worker``."""
    if isinstance(given, dict):
        return given
    if not isinstance(given, str) or not given.strip():
        raise NotationError("an attribute has no type", "write it behind the name, as in `mail: string, indexed`")
    kind, *flags = [part.strip() for part in given.split(",")]
    kind, _, to = (part.strip() for part in kind.partition(" to "))
    if kind not in list(Kind):
        raise NotationError(f"unknown attribute type '{kind}'", suggest(kind, Kind))
    form: dict[str, Any] = {"type": kind} | ({"to": to} if to else {})
    for flag in flags:
        if flag not in FLAGS:
            raise NotationError(f"unknown word '{flag}' after the type", suggest(flag, FLAGS))
        form[flag] = True
    return form


def pattern(given: str) -> str:
    """A regular expression as .NET has them, that can be tried without end on nothing."""
    try:
        regexes.pattern(given)
    except FlowError as error:
        raise NotationError(str(error)) from None
    return given


def labels(given: Any) -> Any:
    """A text stands for what it is called in English; a language is named as in ``de`` or ``pt-BR``."""
    if not isinstance(given, dict):
        return {"en": given}
    for language in given:
        if not _LANGUAGE.fullmatch(language):
            raise NotationError(f"'{language}' is no language", "name it as in `en`, `de` or `pt-BR`")
    return given


def scope(given: Any) -> Any:
    """A list of clauses stands for one group of them."""
    if not isinstance(given, list):
        return [[given]] if isinstance(given, str) else given
    lists = [isinstance(item, list) for item in given]
    if any(lists) and not all(lists):
        raise NotationError("mixes clauses and lists of clauses", "clauses (all must hold), or lists (one must hold)")
    return given if any(lists) or not given else [given]


def clause(given: Any) -> Any:
    """``attribute OPERATOR value``; the value may be quoted, and the null tests have none."""
    if not isinstance(given, str):
        return given
    text = given.strip()
    found = _OPERATOR.search(text)
    if found is None:
        words = given.split()
        hint = suggest(words[1], Operator) if len(words) > 1 else ""
        raise NotationError(f"'{given}' has no operator", hint or "write `attribute OPERATOR value`, as in `a EQUAL b`")
    attribute, operator, value = text[: found.start()].rstrip(), found[0], text[found.end() :].strip()
    if operator in NULL_TESTS and value:
        raise NotationError(f"{operator} takes no value", f"leave out '{value}'")
    if operator not in NULL_TESTS and not value:
        raise NotationError(f"{operator} needs a value", 'for an empty text use ISNULL or ""')
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return {"attribute": attribute, "operator": operator, "value": value[1:-1] if quoted else value}


def equality(given: Any) -> Any:
    """``left = right``."""
    if not isinstance(given, str):
        return given
    left, sign, right = (part.strip() for part in given.partition("="))
    if not (left and sign and right) or right.startswith("="):
        raise NotationError(f"'{given}' is no comparison of two attributes", "write `attribute = attribute`")
    return {"left": left, "right": right}


def condition(given: Any) -> Any:
    """``left = right``, where the left side may be an expression that begins with ``=``."""
    if not isinstance(given, str) or not given.lstrip().startswith("="):
        return equality(given)
    left, sign, right = (part.strip() for part in given.rpartition("="))
    if not (left.strip("= ") and sign and right):
        raise NotationError(f"'{given}' is no comparison", "write `=expression = attribute`")
    return {"left": left, "right": right}


def criterion(given: Any) -> Any:
    """``a = b and c = d``; one with an expression stands alone, or in a list."""
    if isinstance(given, str) and not given.lstrip().startswith("="):
        return [part.strip() for part in _AND.split(given)]
    return given if isinstance(given, list) else [given]


def flow(given: Any) -> Any:
    """A bare name is a direct flow, ``=…`` an expression."""
    if isinstance(given, str) and given.strip():
        return {"expression" if given.lstrip().startswith("=") else "attribute": given.strip()}
    if isinstance(given, dict):
        return given
    shown = "nothing" if given is None or given == "" else f"'{given}'"
    raise NotationError(f"{shown} is no origin", "write an attribute's name, an =expression, or {constant: value}")


def deletion(given: Any) -> Any:
    """``last`` and ``never`` stand for themselves."""
    return {"rule": given} if isinstance(given, str) else given


def deprovision(given: Any) -> Any:
    """``disconnect`` or ``delete`` stand for themselves."""
    return {"what": given} if isinstance(given, str) else given


def expression(given: Any) -> Any:
    """The text of an expression, without the sign that marks it as one."""
    return given.strip().removeprefix("=").strip() if isinstance(given, str) else given


def candidate(given: Any) -> Any:
    """An expression for a unique value; a bare name reads that attribute."""
    if not isinstance(given, str) or given.lstrip().startswith("="):
        return expression(given)
    return f"[{given.strip()}]"


def share(given: Any) -> Any:
    """``5%`` as 0.05."""
    if isinstance(given, str) and given.rstrip().endswith("%"):
        try:
            return float(given.strip().removesuffix("%")) / 100
        except ValueError:
            raise NotationError(f"'{given}' is no share", "write 5% or 0.05") from None
    return given


def step(given: Any) -> Any:
    """``import hr``, ``import hr delta``, ``export directory``, ``sync``, ``sync full``, ``sync hr``."""
    if not isinstance(given, str):
        return given
    verb, *rest = given.split() or [""]
    mode = rest.pop() if rest and rest[-1] in ("full", "delta") and verb != "export" else ""
    connector = " ".join(rest) or None
    if verb not in ("import", "export", "sync"):
        raise NotationError(f"unknown step '{given}'", suggest(verb, ("import", "export", "sync")) or _STEPS)
    if connector is None and verb != "sync":
        raise NotationError(f"'{given}' names no connector", _STEPS)
    usual = {"import": "full", "sync": "delta"}.get(verb, "")
    return {"kind": f"{mode or usual}-{verb}" if usual else verb, "connector": connector}


def several(given: Any) -> Any:
    """One thing stands for a list of it."""
    return [given] if isinstance(given, str) else given


def told(given: Any) -> Any:
    """An address, or a list of them, stands for those who are told of everything."""
    return given if given is None or isinstance(given, dict) else {"to": several(given)}


def address(given: str) -> str:
    """A mail address without a name around it."""
    if not _ADDRESS.fullmatch(given):
        raise NotationError(f"'{given}' is no mail address", "write it as in operations@example.com, without a name")
    return given

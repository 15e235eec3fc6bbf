"""The agents of text files: delimited, fixed width, attribute-value pairs, LDIF and DSML."""

import codecs
from collections.abc import Mapping
from typing import Any

from mimas.connectors.encodings import is_plain
from mimas.migrate.agents.accounting import (
    CARRIED,
    Said,
    account,
    account_config,
    account_partitions,
    anchors_of,
    config_of,
    name_of,
)
from mimas.migrate.agents.agent import Agent, Place, System, children_of, first_of, text_of
from mimas.migrate.agents.databases import ROW
from mimas.migrate.drafts import file_name
from mimas.migrate.elements import Element, Outcome, printable

_KINDS = {"DELIMITED": "delimited", "AVP": "avp", "LDIF": "ldif", "DSML": "dsml", "DSMLV2": "dsml"}
_NAMED = ("ldif", "dsml")
"""Files of objects with names; what their bytes mean, they say themselves."""
_FORMATS = ("delimited_format", "fixed_width_format", "attribute_value_pair_format", "ldif_format", "dsml_format")
_QUALIFIER = "values are quoted by double quotes only"
_HEADER = "the file has no header, which Mimas needs: have one written"
_TWO_FILES = "Mimas cannot read changes from a file of a system that it writes changes for: imports are full ones"
_WORDS = "a change file says add, modify or delete"
_WIDTHS = ("width", "size", "length", "field_width", "column_width")
_PAGES = {65001: "utf-8", 1200: "utf-16-le", 1201: "utf-16-be", 20127: "ascii"}


def system(agent: Agent) -> System:
    """A connector of a text file; types that share a file become one, told apart by a column."""
    kind = _KINDS.get(agent.category.upper(), "fixed-width")
    settings: dict[str, Any] = {}
    made = System(kind, settings, name=None if kind in _NAMED else name_of(agent))
    made.distinguished = made.name is not None and len(made.name) == 1 and _is_dn(agent)
    form = _format(agent)
    _files(agent, made)
    if kind not in _NAMED:
        _encoding(made, agent, form)
    if kind == "delimited":
        _delimited(made, agent, form)
    elif kind == "fixed-width":
        _columns(made, agent, form)
    _types(made, agent)
    _account(agent, _changes(made, agent))
    return made


def _is_dn(agent: Agent) -> bool:
    return text_of(config_of(agent), "ldap-dn") == "1"


def _format(agent: Agent) -> Element | None:
    config = config_of(agent)
    found = config.all(*_FORMATS) if config is not None else []
    return found[0] if found else None


def _files(agent: Agent, made: System) -> None:
    """The files are named by the steps of the run profiles, relative to a folder of the agent."""
    folder = f"data/{file_name(agent.name)}"
    ending = {"delimited": "csv", "ldif": "ldif", "dsml": "xml"}.get(made.type, "txt")

    def named(tag: str, step: str, usual: str) -> str:
        found = agent.files(tag, step)
        for one in found:
            one.mark(Outcome.CARRIED)
        base = found[0].text.replace("\\", "/").rpartition("/")[2] if found else ""
        clean = printable(base).replace("\n", " ").strip()
        return f"{folder}/{clean if clean not in ('', '.', '..') else usual}"

    made.settings["path"] = named("input-file", "full-import", f"in.{ending}")
    written, changed = agent.exports, agent.files("input-file", "delta-import")
    if written:
        made.settings |= {"changes": named("output-file", "export", f"out.{ending}"), "export": "changes"}
        for one in changed:
            one.mark(Outcome.DIFFERENT, _TWO_FILES)
    elif changed:
        made.settings["changes"] = named("input-file", "delta-import", f"changes.{ending}")
        if made.settings["changes"] == made.settings["path"]:
            made.settings["changes"] = f"{folder}/changes.{ending}"
    if len({one.text.lower() for one in agent.files("input-file", "full-import")}) > 1:
        made.to_do.append(f"{agent.name}: its run profiles read several files; the connector reads the first one.")
    made.to_do.append(f"{agent.name}: have its file delivered at {made.settings['path']}.")


def _encoding(made: System, agent: Agent, form: Element | None) -> None:
    page = text_of(form, "code_page")
    name = code_page(page)
    if name is None:
        made.to_do.append(f"{agent.name}: the code page {page} is not known; set `encoding`.")
        name = "utf-8"
    if made.settings.get("export") == "changes" and not is_plain(name):
        made.to_do.append(f"{agent.name}: changes cannot be appended to a file in {name}; they are in utf-8 now.")
        name = "utf-8"
    if name != "utf-8":
        made.settings["encoding"] = name


def code_page(text: str) -> str | None:
    """The name of an encoding by the number of a code page of Windows; none for one that is not known."""
    if not text:
        return "utf-8"
    if not text.isdecimal() or len(text) > 6:
        return None
    number = int(text)
    name = _PAGES.get(number) or (f"windows-{number}" if 1250 <= number <= 1258 else f"cp{number}")
    if 28591 <= number <= 28605:
        name = f"iso-8859-{number - 28590}"
    try:
        codecs.lookup(name)
    except LookupError:
        return None
    return name


def _delimited(made: System, agent: Agent, form: Element | None) -> None:
    delimiter = _sign(text_of(form, "delimiter"))
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        made.to_do.append(f"{agent.name}: its delimiter cannot be used; set `delimiter`, and have such a file written.")
        delimiter = ","
    if delimiter != ",":
        made.settings["delimiter"] = delimiter
    separator = _separator(form)
    if separator and delimiter not in separator:
        made.settings["separator"] = separator
    elif delimiter == "|":
        made.settings["separator"] = ";"
    if form is None:
        return
    for one in form.all("text_qualifier"):
        if _sign(one.text) not in ("", '"'):
            one.mark(Outcome.PERSON, _QUALIFIER)
            made.to_do.append(f"{agent.name}: {_QUALIFIER}.")
    for one in form.all("first_row_contains_headers"):
        if one.text == "0":
            one.mark(Outcome.PERSON, _HEADER)
            made.to_do.append(f"{agent.name}: {_HEADER}: {delimiter.join(_names(form))}")


def _separator(form: Element | None) -> str:
    for one in form.walk() if form is not None else ():
        if "multi" in one.tag and one.tag.endswith(("delimiter", "separator")) and one.text:
            one.mark(Outcome.CARRIED)
            return _sign(one.text)
    return ""


def _sign(text: str) -> str:
    """A character, which is written as its number; a single digit is itself no number of a character in use."""
    if text.isdecimal() and len(text) > 1:
        return chr(int(text)) if int(text[:8]) < 0x110000 and len(text) < 8 else ""
    return {"9": "\t"}.get(text, text)


def _names(form: Element | None) -> list[str]:
    attributes = first_of(form, "attributes")
    return [name for one in children_of(attributes, "attribute") if (name := text_of(one, "name"))]


def _columns(made: System, agent: Agent, form: Element | None) -> None:
    """The columns of a fixed-width file; where no width is told, a person has to."""
    attributes = first_of(form, "attributes")
    columns: dict[str, dict[str, Any]] = {}
    guessed = False
    for one in children_of(attributes, "attribute"):
        width = next((text for tag in _WIDTHS if (text := text_of(one, tag) or one.attributes.get(tag, ""))), "")
        right = (text_of(one, "align") or one.attributes.get("align", "")).lower() in ("right", "1")
        fits = width.isdecimal() and 0 < len(width) < 7 and int(width) > 0
        guessed = guessed or not fits
        if name := " ".join(text_of(one, "name").split()):
            column = {"name": name, "width": int(width) if fits else 20} | ({"align": "right"} if right else {})
            columns.setdefault(name, column)
    if guessed or not columns:
        made.to_do.append(f"{agent.name}: the file does not tell the width of every column; set them in `columns`.")
    if made.settings.get("export") == "changes" and "change_type" not in columns:
        columns["change_type"] = {"name": "change_type", "width": 6}
        made.to_do.append(f"{agent.name}: its lines end with a column change_type of six characters now.")
    made.settings["columns"] = list(columns.values()) or [{"name": "id", "width": 20}]
    if form is not None and text_of(form, "first_row_contains_headers") == "1":
        made.settings["header"] = True


def _types(made: System, agent: Agent) -> None:
    """Object types, their anchors, and how those that share the file are told apart."""
    config = config_of(agent)
    usual, of_types = anchors_of(agent)
    names = agent.selected
    if made.type in _NAMED:
        made.anchors = {name: of_types.get(name, usual) for name in names if of_types.get(name, usual)}
        if made.anchors and made.delta:
            # Change records name their objects there, and know of no other anchor.
            del made.settings["changes"]
        return
    column = text_of(config, "importing", "object_class_attribute")
    fixed = text_of(config, "importing", "default_object_class")
    names = names or [fixed or ROW]
    made.anchors = {name: of_types.get(name) or usual or made.name or [] for name in names}
    extra = dict.fromkeys((name for names in made.anchors.values() for name in names), "string")
    made.classes = {name: {} for name in names}
    if column:
        made.classes = {name: {column: "string"} for name in names}
    if column and (len(names) > 1 or _values(config, names[0]) != (names[0],)):
        made.places = {name.lower(): Place(ROW, column, _values(config, name)) for name in names}
    elif len(names) > 1:
        # One type a file: without a column nothing tells them apart.
        made.places = {name.lower(): Place(ROW, next(iter(extra), "id"), ()) for name in names}
        made.to_do.append(f"{agent.name}: nothing tells its object types apart; write a scope in each rule.")


def _values(config: Element | None, name: str) -> tuple[str, ...]:
    """What stands in the column of the object class for a type."""
    found = [
        one.text
        for mapping in children_of(first_of(config, "primary_class_mappings"), "mapping")
        if text_of(mapping, "primary_class").lower() == name.lower()
        for one in mapping.all("oc-value")
        if one.text
    ]
    return tuple(dict.fromkeys(found)) or (name,)


def _changes(made: System, agent: Agent) -> dict[str, Said]:
    """The column that says what has changed, and its words."""
    config = config_of(agent)
    column = text_of(config, "change_type_attribute")
    said: dict[str, Said] = dict.fromkeys(
        [f"{word}_change_type_value" for word in ("add", "modify", "delete")], CARRIED
    )
    said["change_type_attribute"] = CARRIED
    if column and made.type not in _NAMED and "changes" in made.settings:
        if made.type != "fixed-width" or column in {one["name"] for one in made.settings["columns"]}:
            made.settings["change_type"] = column
        for word in ("add", "modify", "delete"):
            value = text_of(config, f"{word}_change_type_value")
            if value and value.lower() != word:
                said[f"{word}_change_type_value"] = (Outcome.PERSON, f"{_WORDS}, not {value}")
                made.to_do.append(f"{agent.name}: {_WORDS}, not {value}.")
    return said


def _account(agent: Agent, more: Mapping[str, Said]) -> None:
    config = config_of(agent)
    for form in config.all(*_FORMATS) if config is not None else ():
        inner = dict.fromkeys(("code_page", "delimiter", "text_qualifier", "first_row_contains_headers"), CARRIED)
        account(form, {**inner, "attributes": CARRIED})
    account_config(agent, more)
    account_partitions(agent)

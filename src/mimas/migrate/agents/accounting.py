"""What became of the parts of an agent's file that many kinds of agents have."""

from collections.abc import Mapping
from typing import TypeAlias

from mimas.migrate.agents.agent import Agent, children_of, first_of, text_of
from mimas.migrate.elements import Element, Outcome

Said: TypeAlias = tuple[Outcome, str]

CARRIED: Said = (Outcome.CARRIED, "")
BOOKKEEPING: Said = (Outcome.NOT_APPLICABLE, "the old product's own bookkeeping")
WINDOWS: Said = (Outcome.NOT_APPLICABLE, "what the old product's windows remember")
_PASSWORDS: Said = (Outcome.PERSON, "passwords were set by a library of the old product: write it in Python")
_NORMALS: Said = (Outcome.PERSON, "values were normalised: write UCase or NormalizeDiacritics in the flows")
_SPARE: Said = (Outcome.NOT_APPLICABLE, "it was off")

_PARTITION: Mapping[str, Said] = {
    **dict.fromkeys(("name", "selected", "filter", "display-name"), CARRIED),
    **dict.fromkeys(("id", "creation-time", "last-modification-time", "version", "allowed-operations"), BOOKKEEPING),
    **dict.fromkeys(("current", "last-successful-batch", "filter-hints", "custom-data"), BOOKKEEPING),
}
_CONFIG: Mapping[str, Said] = {
    **dict.fromkeys(("ui-data",), WINDOWS),
    **dict.fromkeys(("dn", "anchor", "per-class-settings", "object_class_attribute", "default_object_class"), CARRIED),
    **dict.fromkeys(("ldap-dn", "primary_class_mappings"), CARRIED),
    **dict.fromkeys(("enable-unapplied-merge", "case_normalize_dn_for_anchor"), BOOKKEEPING),
    **dict.fromkeys(("parameter-definitions", "extension-config"), BOOKKEEPING),
}


def account(element: Element | None, said: Mapping[str, Said], inner: tuple[str, ...] = ()) -> None:
    """Say of what stands within what became of it, by its name; what has none of these names stays unknown.

    ``inner``: elements that only hold others of these names.
    """
    if element is None:
        return
    element.mark(Outcome.CARRIED)
    for one in element.children:
        if one.tag in said:
            one.whole(*said[one.tag])
        elif one.tag in inner:
            account(one, said, inner)


def account_partitions(agent: Agent) -> None:
    """The partitions of an agent whose connector has none: they are read together."""
    for data in agent.data.all("ma-partition-data"):
        data.mark(Outcome.CARRIED)
        for partition in data.all("partition"):
            if text_of(partition, "selected") == "0":
                partition.whole(Outcome.NOT_APPLICABLE, "the partition was not selected")
            account(partition, _PARTITION)


def account_config(agent: Agent, more: Mapping[str, Said] | None = None) -> None:
    """The element ``MAConfig`` of agents of files, and of extensible ones; ``more`` is of this kind of agent."""
    for private in agent.data.all("private-configuration"):
        private.mark(Outcome.CARRIED)
        for config in private.all("MAConfig"):
            account_passwords(config)
            for one in config.all("data_normalization"):
                off = all(inner.text in ("", "0") for inner in one.children)
                one.whole(*(_SPARE if off else _NORMALS))
            for one in config.all("exporting"):
                one.mark(Outcome.CARRIED)
            account(config, {**_CONFIG, **(more or {})}, ("importing",))


def account_passwords(own: Element | None) -> None:
    """The library of an agent that set passwords, where there was one."""
    for one in children_of(own, "password-extension-config"):
        off = text_of(one, "password-extension-enabled") in ("", "0")
        one.whole(*(_SPARE if off else _PASSWORDS))


def config_of(agent: Agent) -> Element | None:
    """The element ``MAConfig``."""
    return agent.data.first("private-configuration", "MAConfig")


def anchors_of(agent: Agent) -> tuple[list[str], dict[str, list[str]]]:
    """The attributes of the usual anchor, and those of single object types."""
    config = config_of(agent)
    importing = first_of(config, "importing")
    anchor = first_of(importing, "anchor")
    usual = [one.text for one in children_of(anchor, "attribute") if one.text]
    if anchor is not None and anchor.first("dn") is not None:
        usual = usual or name_of(agent)
    of_types = {}
    for class_ in children_of(first_of(importing, "per-class-settings"), "class"):
        names = [one.text for one in children_of(class_.first("anchor"), "attribute") if one.text]
        if names and (name := text_of(class_, "name")):
            of_types[name] = names
    return usual, of_types


def name_of(agent: Agent) -> list[str]:
    """The attributes that names are made of."""
    config = config_of(agent)
    found = children_of(first_of(config, "importing", "dn"), "attribute")
    return [one.text for one in found if one.text]

"""The agent of Active Directory Domain Services."""

from typing import Any

from mimas.migrate.agents.agent import Agent, System, children_of, text_of
from mimas.migrate.agents.passwords import variable
from mimas.migrate.elements import Element, Outcome
from mimas.schema.names import within

_ENCRYPTED = "Mimas always encrypts: LDAPS, with the certificate checked"
_EXCHANGE = "Exchange is not provisioned by Mimas: do it in a function `after_export`"
_ELSEWHERE = "it stands elsewhere in the file, or is found anew"
_OUTCOMES = {
    **dict.fromkeys(("forest-name", "forest-login-domain", "forest-login-user"), (Outcome.CARRIED, "")),
    **dict.fromkeys(
        ("sign-and-seal", "ssl-bind", "simple-bind", "default-ssl-strength", "forest-port"),
        (Outcome.DIFFERENT, _ENCRYPTED),
    ),
    "cd-extension": (Outcome.PERSON, _EXCHANGE),
    **dict.fromkeys(
        ("forest-guid", "parameter-values", "enable-unapplied-merge"), (Outcome.NOT_APPLICABLE, _ELSEWHERE)
    ),
}
"""What becomes of the parts of the private configuration."""


def system(agent: Agent) -> System:
    """A connector of the kind active-directory: a domain for each selected partition that is one."""
    own = agent.data.first("private-configuration", "adma-configuration")
    forest = _forest(own)
    partitions = children_of(agent.data.first("ma-partition-data"), "partition")
    domains = [domain for one in partitions if (domain := _domain(one)) is not None]
    login, at = (text_of(own, f"forest-login-{what}") if own else "" for what in ("user", "domain"))
    at = at if "." in at else forest or at
    name = variable(agent.name)
    settings: dict[str, Any] = {
        "domains": list({one["name"].lower(): one for one in reversed(domains)}.values())
        or [{"name": forest or "example.com"}],
        "user": f"{login or 'somebody'}@{at or 'example.com'}",
        "password": {"env": name},
    }
    _account(agent, own)
    where = ", ".join(one["name"] for one in settings["domains"])
    to_do = [
        f"Set the environment variable {name} to the password of {settings['user']}, or seal it: `mimas secrets set`.",
        f"See that LDAPS works to {where}: `mimas connector test`. Set `ca_file` where the certificates are your own.",
    ]
    if not domains:
        to_do.append(f"{agent.name}: no partition that is a domain was selected; name the domain.")
    note = "The containers are chosen by name, as they were. `mimas connector containers` shows the GUIDs by which\n"
    note += "they stay chosen when somebody renames them."
    return System("active-directory", settings, note=note, to_do=to_do)


def _forest(own: Element | None) -> str:
    return text_of(own, "forest-name") if own is not None else ""


def _domain(partition: Element) -> dict[str, Any] | None:
    """A partition as a domain: what is read of it; None for one that is not selected, or is no domain."""
    name = text_of(partition, "name")
    domain = partition.first("custom-data", "adma-partition-data")
    dns = text_of(domain, "name") if domain is not None else ""
    if text_of(partition, "selected") == "0":
        partition.whole(Outcome.NOT_APPLICABLE, "the partition was not selected")
        return None
    if domain is not None and text_of(domain, "is-domain") == "0":
        partition.whole(Outcome.PERSON, f"{name} is no domain: Mimas reads domains only; use the connector kind ldap")
        return None
    filter_ = partition.first("filter", "containers")
    inside = [one.text for one in children_of(_first(filter_, "inclusions"), "inclusion") if one.text]
    outside = [one.text for one in children_of(_first(filter_, "exclusions"), "exclusion") if one.text]
    root = ",".join(f"DC={label}" for label in dns.split(".")) if dns else name
    whole = any(within(root, one) for one in inside)
    # The nearest container above an object decides; a root that is left out is no more than not being chosen.
    left_out = [one for one in outside if whole or any(within(one, chosen) for chosen in inside)]
    made: dict[str, Any] = {"name": dns or _dns(name)}
    if inside and not whole:
        made["containers"] = inside
    if left_out:
        made["excluded"] = left_out
    _account_partition(partition)
    return made


def _first(element: Element | None, tag: str) -> Element | None:
    return element.first(tag) if element is not None else None


def _dns(name: str) -> str:
    parts = [part.partition("=") for part in name.split(",")]
    return ".".join(value.strip() for key, _, value in parts if key.strip().lower() == "dc") or "example.com"


def _account_partition(partition: Element) -> None:
    own = partition.first("custom-data", "adma-partition-data")
    for tag in ("sign-and-seal", "ssl-bind", "simple-bind"):
        for one in children_of(own, tag):
            one.whole(Outcome.DIFFERENT, _ENCRYPTED)
    for tag in ("cookie", "last-dc", "guid", "dc-failover", "timestamp"):
        for one in children_of(own, tag):
            one.whole(Outcome.NOT_APPLICABLE, "it is found anew")
    for tag in ("preferred-dcs",):
        for one in children_of(own, tag):
            one.whole(Outcome.PERSON, "name the controllers as `servers` of the domain")
    for one in children_of(partition.first("filter", "object-classes"), "object-class"):
        one.whole(Outcome.CARRIED)
    for path in (("filter",), ("custom-data", "adma-partition-data"), ("name",), ("selected",), ("display-name",)):
        if (found := partition.first(*path)) is not None:
            found.whole(Outcome.CARRIED)
    partition.whole(Outcome.NOT_APPLICABLE, "the old product's own bookkeeping")


def _account(agent: Agent, own: Element | None) -> None:
    """Say of the private configuration what became of it."""
    for one in own.children if own is not None else ():
        if one.tag in _OUTCOMES:
            one.whole(*_OUTCOMES[one.tag])
        elif one.tag == "password-hash-sync-config":
            one.whole(*_hash_sync(one))
    if own is not None:
        own.mark(Outcome.CARRIED)
    for tag in ("private-configuration", "ma-partition-data"):
        for one in agent.data.all(tag):
            one.mark(Outcome.CARRIED)


def _hash_sync(element: Element) -> tuple[Outcome, str]:
    if text_of(element, "enabled") in ("0", ""):
        return Outcome.NOT_APPLICABLE, "the synchronisation of password hashes was off"
    return Outcome.PERSON, "Mimas does not read password hashes: keep what did, or let people set new passwords"

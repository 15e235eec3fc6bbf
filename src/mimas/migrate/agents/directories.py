"""The agents of LDAP directories: AD LDS, the old products' own for three makers, and the generic one."""

from collections.abc import Mapping
from typing import Any

from mimas.migrate.agents.accounting import (
    BOOKKEEPING,
    CARRIED,
    Said,
    account,
    account_config,
    account_partitions,
    account_passwords,
)
from mimas.migrate.agents.agent import Agent, System, children_of, first_of, text_of
from mimas.migrate.agents.parameters import listed, parameters, value_of
from mimas.migrate.agents.passwords import variable
from mimas.migrate.elements import Outcome
from mimas.schema.names import within

_ENCRYPTED: Said = (Outcome.DIFFERENT, "Mimas sends no password unencrypted: LDAPS or StartTLS, certificates checked")
_EXCLUDED = "the connector has no containers that are left out: set `filter`, or a scope"
_SIGN_IN = "who signs in is written as the directory takes it: see the connector's bind_dn"
_LIGHTWEIGHT: Mapping[str, Said] = {
    **dict.fromkeys(("forest-name", "forest-port"), CARRIED),
    **dict.fromkeys(("forest-login-user", "forest-login-domain"), (Outcome.DIFFERENT, _SIGN_IN)),
    **dict.fromkeys(("sign-and-seal", "ssl-bind", "simple-bind", "default-ssl-strength"), _ENCRYPTED),
    **dict.fromkeys(("enable-unapplied-merge", "forest-guid", "parameter-values"), BOOKKEEPING),
}
_CLASSIC: Mapping[str, Said] = {
    **dict.fromkeys(("default-server", "default-port"), CARRIED),
    **dict.fromkeys(("default-login-user", "default-login-domain"), (Outcome.DIFFERENT, _SIGN_IN)),
    **dict.fromkeys(("default-ssl-bind", "default-sasl-mechanism", "default-ssl-strength"), _ENCRYPTED),
    **dict.fromkeys(("enable-unapplied-merge",), BOOKKEEPING),
}


def lightweight(agent: Agent) -> System:
    """AD LDS (ADAM): its agent is configured as that of Active Directory is."""
    own = agent.data.first("private-configuration", "adma-configuration")
    server, port, user, domain = (
        text_of(own, tag) for tag in ("forest-name", "forest-port", "forest-login-user", "forest-login-domain")
    )
    sealed = own is not None and text_of(own, "ssl-bind") not in ("", "0")
    if user and domain and "=" not in user and "@" not in user:
        user = f"{user}@{domain}" if "." in domain else f"{domain}\\{user}"
    for private in agent.data.all("private-configuration"):
        private.mark(Outcome.CARRIED)
    account_passwords(own)
    account(own, _LIGHTWEIGHT)
    return _system(agent, server, port, sealed, user)


def classic(agent: Agent) -> System:
    """Sun and Oracle (iPlanet), IBM, Novell eDirectory: each has an element of its own, with the same parts."""
    own = next(iter(children_of(agent.data.first("private-configuration"))), None)
    private = agent.data.first("private-configuration")
    own = next((one for one in (private.children if private is not None else ()) if one.first("default-server")), own)
    server, port, user, ssl = (text_of(own, f"default-{what}") for what in ("server", "port", "login-user", "ssl-bind"))
    host, _, written = server.partition(":")
    if private is not None:
        private.mark(Outcome.CARRIED)
    account_passwords(own)
    account(own, _CLASSIC)
    return _system(agent, host, port or written, ssl not in ("", "0"), user)


def generic(agent: Agent) -> System:
    """The extensible connector Generic LDAP. Its parameters are found by their names."""
    some = parameters(agent)
    account_config(agent)
    host, port = value_of(some, "Host", "Server", "Host name"), value_of(some, "Port")
    binding = value_of(some, "Binding", "Bind type", "Authentication", "SSL", "Use SSL").lower()
    user = value_of(some, "User Name", "Username", "Bind DN", "User", "Login")
    made = _system(agent, host, port, "ssl" in binding or binding in ("1", "true", "yes"), user)
    if lines := listed(some):
        made.note += f"\nThe parameters of the old agent were:\n{lines}"
    made.to_do.append(f"{agent.name}: compare the connector's settings with the parameters in its comment.")
    return made


def _system(agent: Agent, host: str, port: str, sealed: bool, user: str) -> System:
    name = variable(agent.name)
    scheme = "ldaps" if sealed else "ldap"
    where = f"{_host(host) or 'ldap.example.com'}{f':{port}' if port.isdecimal() else ''}"
    bases = _bases(agent)
    settings: dict[str, Any] = {"uri": f"{scheme}://{where}", "base": bases or ["dc=example,dc=com"]}
    to_do = []
    if user:
        settings |= {"bind_dn": user, "password": {"env": name}}
        to_do.append(f"Set the environment variable {name} to the password of {user}, or seal it: `mimas secrets set`.")
    if not sealed:
        settings["start_tls"] = True
    to_do.append(f"See that {where} is reached: `mimas connector test`. Set `ca_file` where the certificates are own.")
    if not bases:
        to_do.append(f"{agent.name}: its partitions say no name below which to read; set `base`.")
    if user and "=" not in user:
        to_do.append(f"{agent.name}: bind_dn is {user}; most directories want a distinguished name.")
    account_partitions(agent)
    note = "The way the directory tells its changes is found by itself: `mimas connector test` says which."
    return System("ldap", settings, note=note, to_do=to_do)


def _host(text: str) -> str:
    """A name of a host, without what an address must not hold."""
    return "".join(sign for sign in text.strip() if sign.isalnum() or sign in ".-_:[]").rpartition("@")[2]


def _bases(agent: Agent) -> list[str]:
    """The containers of the selected partitions that are read, without those within others."""
    found: list[str] = []
    for partition in agent.partitions:
        containers = partition.first("filter", "containers")
        inside = [one.text for one in children_of(first_of(containers, "inclusions"), "inclusion") if one.text]
        for one in children_of(first_of(containers, "exclusions"), "exclusion"):
            if one.text:
                one.whole(Outcome.PERSON, _EXCLUDED)
        found += inside or [name for name in [text_of(partition, "name")] if "=" in name]
    once = list({one.lower(): one for one in found}.values())
    return [one for one in once if not any(one != other and within(one, other) for other in once)]

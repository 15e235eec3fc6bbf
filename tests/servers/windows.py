"""A stub, not a server: what a Windows domain controller does and Samba does not, in memory.

Of Active Directory it knows no more than is needed for that. It is no evidence of how Windows behaves, but of what the
connector does when a controller behaves as Microsoft's documents (MS-ADTS) and people who use it say.
"""

import re
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from ldap.controls.pagedresults import PagedResultsControlValue
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type.namedtype import NamedType, NamedTypes
from pyasn1.type.univ import Integer, OctetString, Sequence

from mimas.schema.names import key as name_key
from mimas.schema.names import parent, split, within
from tests.servers.certificates import certify
from tests.servers.messages import Question, Values, condition, done, entry, questions

PASSWORD = "only-for-tests"
PAGED, DIRSYNC, DELETED, RECYCLED = (f"1.2.840.113556.1.4.{number}" for number in (319, 841, 417, 2064))

_OPERATIONS_ERROR, _ADMIN_LIMIT, _NO_EXTENSION, _NO_ATTRIBUTE, _NOBODY = 1, 11, 12, 16, 32
_INVALID_DN, _CREDENTIALS, _NO_RIGHT, _UNWILLING, _NOT_LEAF, _EXISTS = 34, 49, 50, 53, 66, 68
_RANGE, _LARGEST = 1_500, 5_000
_ADD, _DELETE, _REPLACE = range(3)
_CLASSES = {"user": ["top", "person", "organizationalPerson"], "group": ["top"], "organizationalUnit": ["top"]}


class RefusedError(Exception):
    """A result code, and a text."""


class _DirSync(Sequence):  # type: ignore[misc] # pyasn1 has no types
    componentType = NamedTypes(  # noqa: N815 - pyasn1's name
        NamedType("flags", Integer()), NamedType("bytes", Integer()), NamedType("cookie", OctetString())
    )


@dataclass
class Thing:
    """An object. Attribute names are in lower case; its members are known by their GUIDs."""

    name: str
    guid: UUID
    attributes: dict[str, list[bytes]]
    members: dict[UUID, tuple[int, bool]] = field(default_factory=dict)
    """When each came (true) or went, as a number of a change."""
    ends: dict[UUID, float] = field(default_factory=dict)
    """When those go that do so by themselves, in seconds since 1970."""
    changed: dict[str, int] = field(default_factory=dict)

    @property
    def newest(self) -> int:
        """The number of its last change."""
        return max([*self.changed.values(), *(number for number, _ in self.members.values())])

    def has(self, flag: str) -> bool:
        """Whether it is deleted, or recycled."""
        return self.attributes.get(flag) == [b"TRUE"]


class Windows:
    """A domain controller that speaks LDAPS on a free port of loopback."""

    def __init__(self, folder: Path, domain: str = "corp.example.test") -> None:
        self.domain = domain
        self.base = ",".join(f"DC={part}" for part in domain.split("."))
        self.user = f"Administrator@{domain}"
        self.may_replicate = True
        self.late = 0.0
        """So many seconds the clock is ahead."""
        self.round = 1_000
        """So many objects are looked at in one round of DirSync."""
        self.before: Callable[[Question], bytes | None] = lambda _: None
        """Is asked before each question is answered, and may answer in its place."""
        self._things: dict[UUID, Thing] = {}
        self._names: dict[str, Thing] = {}
        self._number = 0
        self.put(self.base, "domainDNS", "domain")
        self.put(f"CN=Deleted Objects,{self.base}", "container")
        self.configuration = f"CN=Configuration,{self.base}"
        features = f"CN=Optional Features,CN=Directory Service,CN=Windows NT,CN=Services,{self.configuration}"
        enabled = {"msDS-EnabledFeature": f"CN=Privileged Access Management Feature,{features}"}
        self._partitions = self.put(f"CN=Partitions,{self.configuration}", "crossRefContainer", **enabled)
        self.certificate = folder / f"{domain}.crt"
        certify(self.certificate, folder / f"{domain}.key", "127.0.0.1")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate, folder / f"{domain}.key")
        controller = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                # Clients leave when they like.
                with suppress(OSError), tls.wrap_socket(self.request, server_side=True) as wire:
                    for question in questions(wire):
                        if question.operation not in ("unbind", "abandon"):
                            for answer in controller.answers(question):
                                wire.sendall(answer)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    # What a test puts into it, and asks of it.

    def put(self, name: str, *classes: str, **attributes: str | list[bytes]) -> Thing:
        """A new object, whether its container is there or not."""
        values = {key: [value.encode()] if isinstance(value, str) else value for key, value in attributes.items()}
        thing = Thing(name, uuid4(), {key.lower(): value for key, value in values.items()})
        known = [*_CLASSES.get(classes[-1], []), *classes]
        thing.attributes |= {"objectclass": [one.encode() for one in known], "instancetype": [b"4"]}
        thing.attributes |= {"objectguid": [thing.guid.bytes_le]}
        self._things[thing.guid] = self._names[name_key(name)] = thing
        self._touch(thing, *thing.attributes, "name")
        return thing

    @property
    def things(self) -> list[Thing]:
        """All there is, deleted objects as well."""
        return list(self._things.values())

    def find(self, name: str) -> Thing:
        """The object of this name. Raises `RefusedError`."""
        return self._find(name, ())

    def join(self, group: Thing, *members: Thing) -> None:
        """Put members into a group, all by one change."""
        self._number += 1
        group.members |= {one.guid: (self._number, True) for one in members}

    def delete(self, thing: Thing) -> None:
        """Into the Recycle Bin: it keeps its attributes, and is a member of nothing (MS-ADTS 3.1.1.5.5.1.2)."""
        rdn = split(thing.name)[0]
        thing.attributes |= {"isdeleted": [b"TRUE"], "lastknownparent": [parent(thing.name).encode()]}
        self._call(thing, f"{rdn}\\0ADEL:{thing.guid},CN=Deleted Objects,{self.base}")
        self._touch(thing, "isdeleted", "name")

    def recycle(self, thing: Thing) -> None:
        """Out of the Recycle Bin: its account name stays, nothing else; it cannot be restored."""
        kept = {"objectclass", "objectguid", "samaccountname", "instancetype", "isdeleted"}
        thing.attributes = {key: values for key, values in thing.attributes.items() if key in kept}
        thing.attributes["isrecycled"] = [b"TRUE"]
        self._touch(thing, "isrecycled")

    def forget_privileges(self) -> None:
        """A forest whose Privileged Access Management Feature nobody has switched on."""
        del self._partitions.attributes["msds-enabledfeature"]

    def rename(self, thing: Thing, name: str) -> None:
        """Under a new name, with all that stands below it. Only the object itself counts as changed."""
        old = thing.name
        for one in self.things:
            if within(one.name, old):
                self._call(one, one.name[: -len(old)] + name)
        self._touch(thing, "name")

    def _call(self, thing: Thing, name: str) -> None:
        del self._names[name_key(thing.name)]
        thing.name = name
        self._names[name_key(name)] = thing

    # What it answers.

    @property
    def now(self) -> float:
        """Seconds since 1970, by the clock of the controller."""
        return time.time() + self.late

    def _expire(self) -> None:
        for thing in self.things:
            for guid in [guid for guid, end in thing.ends.items() if end <= self.now]:
                self._number += 1
                thing.members[guid] = (self._number, False)
                del thing.ends[guid]

    def answers(self, question: Question) -> Iterator[bytes]:
        """The entries and the result."""
        self._expire()
        if (instead := self.before(question)) is not None:
            yield instead
            return
        try:
            if question.operation == "search":
                yield from self._search(question)
            else:
                act = {"bind": self._bind, "add": self._added, "modify": self._modified}
                act |= {"delete": self._deleted, "rename": self._renamed}
                act[question.operation](question)
                yield done(question)
        except RefusedError as refused:
            yield done(question, *refused.args)

    def _bind(self, question: Question) -> None:
        if bytes(question.content["authentication"]["simple"]) != PASSWORD.encode():
            raise RefusedError(_CREDENTIALS, "80090308: LdapErr: DSID-0C09044E, comment: data 52e")

    def _search(self, question: Question) -> Iterator[bytes]:
        base, scope = _text(question.content["baseObject"]), int(question.content["scope"])
        if not base:
            yield entry(question, "", self._root())
            yield done(question)
            return
        wanted = [_text(one) for one in question.content["attributes"]]
        if DIRSYNC in question.controls:
            yield from self._changes(question, base, wanted)
            return
        top = self._find(base, question.controls)
        matches = condition(question.content["filter"])
        found = [
            one
            for one in self._things.values()
            if (one is top or (scope and within(one.name, top.name)))
            and _visible(one, question.controls)
            and matches(one.attributes)
        ]
        cookie = {}
        if PAGED in question.controls:
            asked = decoder.decode(question.controls[PAGED], asn1Spec=PagedResultsControlValue())[0]
            start = int(bytes(asked["cookie"]) or b"0")
            rest = found[start + int(asked["size"]) :]
            found = found[start : start + int(asked["size"])]
            asked["cookie"] = b"%d" % (start + len(found)) if rest else b""
            cookie = {PAGED: encoder.encode(asked)}
        for one in found:
            yield entry(question, one.name, self._shown(one, wanted))
        yield done(question, **cookie)

    def _shown(self, thing: Thing, wanted: list[str]) -> Values:
        shown: dict[str, list[bytes]] = {}
        for one in wanted:
            attribute, _, option = one.lower().partition(";range=")
            if attribute == "member":
                shown |= self._members(thing, option)
            elif attribute == "name":
                shown["name"] = [split(thing.name)[0].partition("=")[2].encode()]
            elif values := thing.attributes.get(attribute):
                shown[{"objectguid": "objectGUID"}.get(attribute, one)] = values
        return shown

    def _members(self, group: Thing, option: str) -> Values:
        """All of them, or 1,500 of them and an attribute without values besides (MS-ADTS 3.1.1.3.1.3.3)."""
        here = (self._things[guid] for guid, (_, there) in group.members.items() if there)
        names = [one.name.encode() for one in here if not one.has("isdeleted")]
        if not names:
            return {}
        if not option and len(names) <= _RANGE:
            return {"member": names}
        start = int(option.partition("-")[0] or 0)
        part = names[start : start + _RANGE]
        if not part:
            raise RefusedError(_OPERATIONS_ERROR, "00002121: SvcErr: the range begins behind the last value")
        end = "*" if start + len(part) == len(names) else str(start + len(part) - 1)
        return {"member": [], f"member;range={start}-{end}": part}

    def _changes(self, question: Question, base: str, wanted: list[str]) -> Iterator[bytes]:
        """One round of DirSync (MS-ADTS 3.1.1.3.4.1.3)."""
        if not self.may_replicate or name_key(base) != name_key(self.base):
            raise RefusedError(_NO_RIGHT, "00002105: LdapErr: DSID-0C090AF1, comment: Error processing control")
        control = decoder.decode(question.controls[DIRSYNC], asn1Spec=_DirSync())[0]
        since = int(bytes(control["cookie"]) or b"0")
        news = sorted((one for one in self._things.values() if one.newest > since), key=lambda one: one.newest)
        matches = condition(question.content["filter"])
        for one in news[: self.round]:
            if matches(one.attributes):
                shown = {key: values for key, values in self._news(one, wanted, since).items() if values}
                yield entry(question, self._extended(one), shown)
        more = len(news) > self.round
        control["flags"] = int(more)
        control["cookie"] = b"%d" % (news[self.round - 1].newest if more else self._number)
        yield done(question, **{DIRSYNC: encoder.encode(control)})

    def _news(self, thing: Thing, wanted: list[str], since: int) -> Values:
        changed = [one for one in wanted if thing.changed.get(one.lower(), 0) > since]
        shown = dict(self._shown(thing, [*changed, "objectGUID", "instanceType"]))
        for there, option in ((True, "member;range=1-1"), (False, "member;range=0-0")):
            guids = [guid for guid, (number, now) in thing.members.items() if number > since and now is there]
            if "member" in wanted:
                shown[option] = [self._extended(self._things[guid]).encode() for guid in guids]
        return shown

    @staticmethod
    def _extended(thing: Thing) -> str:
        sid = "<SID=010500000000000515000000>;" if b"organizationalUnit" not in thing.attributes["objectclass"] else ""
        return f"<GUID={thing.guid}>;{sid}{thing.name}"

    def _added(self, question: Question) -> None:
        name = _text(question.content["entry"])
        given = {_text(one["type"]): [bytes(value) for value in one["vals"]] for one in question.content["attributes"]}
        self._find(parent(name), ())
        if name_key(name) in self._names:
            raise RefusedError(_EXISTS, "00000524: UpdErr: ENTRY_EXISTS")
        _check_size(given.values())
        members = [self._find(one.decode(), ()) for one in given.pop("member", [])]
        class_ = given.pop("objectClass")[-1].decode()
        self.join(self.put(name, class_, **given), *members)

    def _modified(self, question: Question) -> None:
        thing = self._find(_text(question.content["object"]), question.controls)
        parts = [
            (int(how), _text(part["type"]).lower(), [bytes(value) for value in part["vals"]])
            for how, part in ((one["operation"], one["modification"]) for one in question.content["modification"])
        ]
        _check_size(values for _, _, values in parts)
        if (_DELETE, "isdeleted", []) in parts:
            del thing.attributes["isdeleted"]
            self.rename(thing, next(values[0].decode() for _, key, values in parts if key == "distinguishedname"))
            return
        self._number += 1
        for how, key, values in parts:
            if key == "member":
                self._member(thing, how, values)
            elif how != _DELETE:
                thing.attributes[key] = values
                self._touch(thing, key)
            elif thing.attributes.pop(key, None) is None:
                raise RefusedError(_NO_ATTRIBUTE, "00000057: LdapErr")

    def _member(self, group: Thing, how: int, values: list[bytes]) -> None:
        """Members come and go; one that is told as a TTL-DN goes by itself (MS-ADTS 3.1.1.9.2)."""
        timed = [re.fullmatch(r"<TTL=(\d+),(.*)>", one.decode()) for one in values]
        if any(timed) and "msds-enabledfeature" not in self._partitions.attributes:
            raise RefusedError(_INVALID_DN, "00002081: NameErr: DSID-03050F42, problem 2003 (BAD_ATT_SYNTAX)")
        names = [found[2] if found else one.decode() for found, one in zip(timed, values, strict=True)]
        guids = [self._find(name, ()).guid for name in names]
        for guid in guids:
            there = group.members.get(guid, (0, False))[1]
            if there is (how == _ADD):
                code = _EXISTS if there else _UNWILLING
                raise RefusedError(code, "00000562: UpdErr" if there else "00000561: SvcErr")
        group.members |= dict.fromkeys(guids, (self._number, how == _ADD))
        for found, guid in zip(timed, guids, strict=True):
            group.ends.pop(guid, None)
            if found:
                group.ends[guid] = self.now + int(found[1])

    def _deleted(self, question: Question) -> None:
        thing = self._find(_text(question.content), question.controls)
        if any(one is not thing and within(one.name, thing.name) for one in self._things.values()):
            raise RefusedError(_NOT_LEAF, "00002015: UpdErr")
        self.delete(thing)

    def _renamed(self, question: Question) -> None:
        thing = self._find(_text(question.content["entry"]), question.controls)
        above = question.content["newSuperior"]
        container = self._find(_text(above), ()).name if above.isValue else parent(thing.name)
        self.rename(thing, f"{_text(question.content['newrdn'])},{container}")

    def _find(self, name: str, controls: Any) -> Thing:
        found = self._names.get(name_key(name))
        if found is None and name.startswith("<GUID="):
            found = self._things.get(UUID(name[6:-1]))
        if found is not None and _visible(found, controls):
            return found
        raise RefusedError(_NOBODY, "0000208D: NameErr: DSID-03100241, problem 2001 (NO_OBJECT)")

    def _touch(self, thing: Thing, *attributes: str) -> None:
        self._number += 1
        thing.changed |= dict.fromkeys((one.lower() for one in attributes), self._number)

    def _root(self) -> Values:
        return {
            "supportedCapabilities": [b"1.2.840.113556.1.4.800", b"1.2.840.113556.1.4.1670"],
            "supportedControl": [one.encode() for one in (PAGED, DIRSYNC, DELETED, RECYCLED)],
            "defaultNamingContext": [self.base.encode()],
            "configurationNamingContext": [self.configuration.encode()],
        }


def _visible(thing: Thing, controls: Any) -> bool:
    """As MS-ADTS 3.1.1.3.4.1.14 says: what is recycled is shown to who asks for just that."""
    if thing.has("isrecycled"):
        return RECYCLED in controls
    return not thing.has("isdeleted") or DELETED in controls or RECYCLED in controls


def _check_size(given: Any) -> None:
    if sum(map(len, given)) > _LARGEST:
        raise RefusedError(_ADMIN_LIMIT, f"00002024: more than {_LARGEST} values in one request")


def _text(value: Any) -> str:
    return bytes(value).decode()

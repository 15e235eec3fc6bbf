"""What every system should hold, worked out from the made-up people alone: the judge of the demo.

Written without Mimas and without its rules' text, from what the rules are meant to say:

- HR knows best; where HR says nothing about somebody, the contractor register counts.
- An account exists from a week before the first day until the last. The directory deletes it then; the application
  and the SCIM service keep it, switched off.
- An account name is the first letter and the family name, or given.family, or that with 2, 3, 4 … behind it. Nobody's
  changes, and nobody gets another's: which of two namesakes came first is not the judge's business.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from company import DEPARTMENTS, Company, Contractor, Worker

BASE = "dc=example,dc=com"
Values = dict[str, frozenset[str]]
"""The values of one object; what is absent is not there."""
Objects = dict[str, Values]
"""The objects of one system, by a key that a reader of that system knows."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as all sources together tell it."""

    id: str
    status: str
    """``future``, ``active`` or ``left``."""
    candidates: tuple[str, ...]
    """The account names to try, in order."""
    facts: Mapping[str, str]
    manager: str = ""
    """The id of another person."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The people of one day, and the names they once had: an account name outlives a marriage."""

    people: Mapping[str, Person]
    heads: Mapping[str, str]
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)


def expect(company: Company, before: Expectation | None = None) -> Expectation:
    """The people of a company, by id; ``before`` is the day before."""
    persons = {worker.person: _from_worker(company, worker) for worker in company.workers}
    for contractor in company.contractors:
        second = _from_contractor(company, contractor)
        first = persons.get(contractor.person)
        persons[contractor.person] = second if first is None else _both(first, second)
    people = {person.id: person for person in persons.values()}
    names = {key: person.candidates for key, person in people.items()}
    return Expectation(people, company.heads, names | (before.names if before else {}))


def _from_worker(company: Company, it: Worker) -> Person:
    facts = {
        "given": _clean(it.preferred or it.typed_given),
        "family": _clean(it.typed_family),
        "title": it.title,
        "department": it.department,
        "location": it.location,
        "mail": it.mail.lower(),
        "phone": it.phone,
        "kind": "employee",
    }
    manager = it.manager if it.manager in {worker.number for worker in company.workers} else ""
    return Person(it.number, _status(company, it), _candidates(it), _present(facts), manager)


def _from_contractor(company: Company, it: Contractor) -> Person:
    facts = {
        "given": it.given.text,
        "family": it.family.text,
        "title": it.title,
        "department": it.department,
        "mail": it.mail.lower(),
        "mobile": it.mobile,
        "firm": it.firm,
        "kind": "contractor",
    }
    return Person(it.key, _status(company, it), _candidates(it), _present(facts))


def _both(first: Person, second: Person) -> Person:
    return Person(first.id, first.status, first.candidates, {**second.facts, **first.facts}, first.manager)


def _status(company: Company, it: Worker | Contractor) -> str:
    if it.end is not None and it.end < company.today:
        return "left"
    return "future" if it.start > company.today + timedelta(days=7) else "active"


def _candidates(it: Worker | Contractor) -> tuple[str, ...]:
    return it.given.ascii[0] + it.family.ascii, f"{it.given.ascii}.{it.family.ascii}"


def _clean(text: str) -> str:
    return " ".join(text.split())


def _present(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value}


def names_wrong(expectation: Expectation, accounts: Mapping[str, str]) -> list[str]:
    """What is wrong with the account names that were given out; ``accounts`` maps ids to names."""
    wrong, taken = [], {name: key for key, name in accounts.items()}
    if len(taken) < len(accounts):
        wrong.append("two people share an account name")
    # People who have no account yet have a name reserved, which no system shows.
    waiting = {key for key, person in expectation.people.items() if person.status == "future"}
    reserved = {name for key in waiting for name in expectation.names[key]}
    for key, name in accounts.items():
        for free in _tried_before(expectation.names[key], name):
            if free is None:
                wrong.append(f"{key} is called {name}, which its rule cannot give")
            elif free not in taken and free not in reserved:
                wrong.append(f"{key} is called {name} although {free} is free")
    return wrong


def _tried_before(candidates: tuple[str, ...], name: str) -> Iterable[str | None]:
    """The names that must have been taken for this one to be given; none for a name that is never given."""
    last = candidates[-1]
    for candidate in candidates:
        if candidate == name:
            return
        yield candidate
    number = name.removeprefix(last)
    if number == name or not number.isdigit() or int(number) < 2:
        yield None
        return
    yield from (f"{last}{count}" for count in range(2, int(number)))


def directory(expectation: Expectation, accounts: Mapping[str, str]) -> Objects:
    """The directory and the LDIF file, by name: people who are active, and the departments as groups."""
    active = {key: person for key, person in expectation.people.items() if person.status == "active"}
    names = {key: _person_name(accounts[key], person) for key, person in active.items()}
    objects = {names[key]: _entry(key, person, accounts[key], names) for key, person in active.items()}
    for code, title in DEPARTMENTS.items():
        objects[f"cn={escape(title)},ou=groups,{BASE}"] = {
            "cn": frozenset({title}),
            "description": frozenset({f"Department {code}, headed by {expectation.heads[code]}"}),
            "member": frozenset(names[key] for key, person in active.items() if person.facts.get("department") == code),
        }
    return objects


def _person_name(account: str, person: Person) -> str:
    place = person.facts.get("location", "external")
    return f"uid={account},ou={escape(place)},ou=people,{BASE}"


def _entry(key: str, person: Person, account: str, names: Mapping[str, str]) -> Values:
    facts = person.facts
    return _values(
        uid=account,
        employeeNumber=key,
        cn=f"{facts['given']} {facts['family']}",
        givenName=facts["given"],
        sn=facts["family"],
        title=facts.get("title"),
        departmentNumber=facts.get("department"),
        l=facts.get("location"),
        mail=_mail(person, account),
        telephoneNumber=facts.get("phone"),
        mobile=facts.get("mobile"),
        o=facts.get("firm"),
        employeeType=facts["kind"],
        manager=names.get(person.manager),
    )


def escape(value: str) -> str:
    """RFC 4514: what may not stand in a name as it is."""
    return "".join(f"\\{letter}" if letter in ',+"\\<>;=' else letter for letter in value)


def _mail(person: Person, account: str) -> str:
    return person.facts.get("mail") or f"{account}@example.com"


def application(expectation: Expectation, accounts: Mapping[str, str]) -> Objects:
    """The application: everybody who was ever let in, by employee number, and the departments by code."""
    kept = {key: person for key, person in expectation.people.items() if person.status != "future"}
    employees = {
        key: _values(
            account=accounts[key],
            display_name=f"{person.facts['given']} {person.facts['family']}",
            mail=_mail(person, accounts[key]),
            title=person.facts.get("title"),
            department=person.facts.get("department"),
            manager_id=person.manager if person.manager in kept else None,
            active="1" if person.status == "active" else "0",
        )
        for key, person in kept.items()
    }
    departments = {
        code: {
            "name": frozenset({title}),
            "members": frozenset(key for key, person in kept.items() if _belongs(person, code)),
        }
        for code, title in DEPARTMENTS.items()
    }
    return employees | departments


def service(expectation: Expectation, accounts: Mapping[str, str]) -> Objects:
    """The users of the SCIM service, by external id, and its groups by name."""
    kept = {key: person for key, person in expectation.people.items() if person.status != "future"}
    users = {
        key: _values(
            userName=accounts[key],
            displayName=f"{person.facts['given']} {person.facts['family']}",
            givenName=person.facts["given"],
            familyName=person.facts["family"],
            title=person.facts.get("title"),
            mail=_mail(person, accounts[key]),
            active=str(person.status == "active").lower(),
            department=person.facts.get("department"),
            manager=person.manager if person.manager in kept else None,
        )
        for key, person in kept.items()
    }
    groups = {
        title: {"members": frozenset(key for key, person in kept.items() if _belongs(person, code))}
        for code, title in DEPARTMENTS.items()
    }
    return users | groups


def _belongs(person: Person, code: str) -> bool:
    return person.status == "active" and person.facts.get("department") == code


def _values(**values: str | None) -> Values:
    return {name: frozenset({value}) for name, value in values.items() if value}


def differences(system: str, expected: Objects, found: Objects) -> list[str]:
    """One line for each value that is not as it should be."""
    lines = [f"{system}: {key} is missing" for key in expected.keys() - found.keys()]
    lines += [f"{system}: {key} should not be there" for key in found.keys() - expected.keys()]
    for key in expected.keys() & found.keys():
        for name in expected[key].keys() | found[key].keys():
            right, there = expected[key].get(name, frozenset()), found[key].get(name, frozenset())
            if there - right:
                lines.append(f"{system}: {key}: {name} should not be {_shown(there - right)}")
            if right - there:
                lines.append(f"{system}: {key}: {name} should be {_shown(right - there)}")
    return sorted(lines)


def _shown(values: Iterable[str]) -> str:
    listed = sorted(values)
    more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
    return ", ".join(repr(value) for value in listed[:3]) + more


def count(objects: Objects) -> int:
    """How many values were compared."""
    return sum(len(values) for entry in objects.values() for values in entry.values())

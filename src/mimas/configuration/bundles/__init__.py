"""Policy that ships with Mimas, in bundles that are switched on one by one: each is a file of documents.

A bundle is written into a home's ``documents/policy``, with the names of its types and attributes put in, and is in
force when it is applied: from then on it is the installation's own, to be changed as anything else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from mimas.requests.validation import COMPUTED
from mimas.runs.setup import Setup
from mimas.schema.attributes import Attribute, Kind

NAMES = (
    *("administrators", "directory", "my-profile", "my-team", "help-desk", "requests", "group-self-service"),
    "operators",
)
"""In the order in which people switch them on; each needs the first."""

_PUBLIC = (
    *(
        "displayName",
        "givenName",
        "sn",
        "surname",
        "mail",
        "telephoneNumber",
        "phone",
        "department",
        "title",
        "company",
    ),
    *("manager", "office", "location", "city", "country", "photo", "accountName", "employeeType"),
    *("FirstName", "LastName", "MiddleName", "Email", "OfficePhone", "JobTitle", "OfficeLocation", "Domain"),
)
_PROFILE = ("mobile", "phone", "telephoneNumber", "photo", "MobilePhone", "OfficePhone", "OfficeLocation", "Address")
_TEAM = ("title", "JobTitle", "office", "OfficeLocation", "CostCenter", "EmployeeEndDate")
_OF_GROUPS = ("Owner", "ExplicitMember", "ComputedMember", "MembershipAddWorkflow", "ExpirationTime", "Filter")
_HIDDEN = ("Filter",)
"""What tells how a group is made up, which is nobody's business but its administrators'."""


class BundleError(Exception):
    """A bundle does not fit the types that are there; the message says what lacks, and what to do."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What the bundles are fitted to."""

    setup: Setup
    owners: Mapping[str, Mapping[str, str]]
    """Type → the attributes that sync rules write."""
    person: str = ""
    group: str = ""
    attributes: tuple[str, ...] = ()
    """Which attributes people may see or change, in place of those that a bundle proposes."""


def about(name: str) -> str:
    """What a bundle is for, in a sentence or two."""
    lines = _text(name).splitlines()
    return " ".join(line.removeprefix("# ") for line in lines[: next(i for i, x in enumerate(lines) if x[:1] != "#")])


def written(name: str, fit: Fit) -> str:
    """The documents of a bundle for these types, as the text of a file. Raises `BundleError`."""
    template = Template(_text(name))
    wanted = template.get_identifiers()
    return template.substitute({key: _value(key, name, fit) for key in wanted})


def _text(name: str) -> str:
    return (files(__name__) / f"{name}.yaml").read_text("utf-8")


def _value(key: str, bundle: str, fit: Fit) -> str:
    if key in ("person", "group"):
        return _type(key, fit)
    if key.startswith("group"):
        return _listed(_group_attributes(key, fit))
    person = _type("person", fit)
    attributes = fit.setup.catalogue[person]
    if key == "manager":
        return _manager(person, attributes)
    proposed = {"public": _PUBLIC, "profile": _PROFILE, "team": _TEAM}[key]
    owned = fit.owners.get(person, {}) if key != "public" else {}
    names = fit.attributes or [name for name in attributes if _like(name, proposed) and name not in owned]
    for name in names:
        if name not in attributes:
            raise BundleError(f"{person} has no attribute '{name}'.")
        if name in owned:
            raise BundleError(f"'{name}' of {person} is written by the sync rule {owned[name]}, and not by people.")
    if not names:
        raise BundleError(
            f"{person} has no attribute that {bundle} would propose. Name some: --attributes mobile,photo."
        )
    return _listed(sorted(names))


def _type(key: str, fit: Fit) -> str:
    given = fit.person if key == "person" else fit.group
    types = fit.setup.rules.types
    known = ("person", "user", "worker", "employee") if key == "person" else ("group",)
    found = [name for name in types if name.lower() in known]
    if given and given not in types:
        raise BundleError(f"There is no object type '{given}'. There is: {', '.join(sorted(types))}.")
    if not given and len(found) != 1:
        raise BundleError(f"Which type is a {key}? Say it: --{key} TYPE. There is: {', '.join(sorted(types))}.")
    return given or found[0]


def _manager(person: str, attributes: Mapping[str, Attribute]) -> str:
    for name, attribute in attributes.items():
        if name.lower() == "manager" and attribute.kind is Kind.REFERENCE:
            return name
    raise BundleError(f"{person} has no reference 'manager': `mimas schema add {person} manager reference`.")


def _group_attributes(key: str, fit: Fit) -> Sequence[str]:
    group = _type("group", fit)
    attributes, owned = fit.setup.catalogue[group], fit.owners.get(group, {})
    if missing := [name for name in _OF_GROUPS if name not in attributes]:
        several = {"ExplicitMember", "ComputedMember", "Owner"}
        kinds = {"ExpirationTime": "datetime", "Filter": "string", "MembershipAddWorkflow": "string --indexed"}
        steps = "\n".join(
            f"  mimas schema add {group} {name} {kinds.get(name, 'reference')}"
            + (" --multivalued" if name in several else "")
            for name in missing
        )
        raise BundleError(f"{group} lacks what self-service needs. Add it, and try again:\n{steps}")
    shown = [name for name in attributes if name not in _HIDDEN]
    if key == "groupPublic":
        return sorted(shown)
    return sorted(name for name in shown if name not in owned and name not in COMPUTED)


def _like(name: str, proposed: Sequence[str]) -> bool:
    return name.lower() in {one.lower() for one in proposed}


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"


def chosen(names: Sequence[str]) -> Iterator[str]:
    """The bundles that some need, with themselves, in their order."""
    yield from (name for name in NAMES if name == NAMES[0] or name in names)

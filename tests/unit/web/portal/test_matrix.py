"""Every page, as everybody and as nobody: what it answers is what the policy says, asked in another way."""

import re
from typing import TypeAlias

import pytest

from mimas.cli.requesting import requests_of
from mimas.requests.duties import Duty
from mimas.requests.policy import Action
from mimas.requests.reasons import why
from mimas.requests.rights import Need
from mimas.requests.validation import COMPUTED
from mimas.store import resources
from mimas.web.portal.pages import WAYS
from mimas.web.portal.portal import Way
from tests.unit.web.portal.company import Company

PEOPLE = ["person/ada", "person/hal", "person/olga", "person/max", "person/ann", "person/bob"]
THINGS = ["person/ada", "person/ann", "person/bob", "group/Runners", "group/Budget", "Set/administrators", "request"]
ABOUT_ONE = [way for way in WAYS if way.path.startswith("/resources/{id:int}") and way.method == "GET"]
ACTIONS = (Action.READ, Action.MODIFY, Action.ADD, Action.REMOVE)
OF_ONESELF = {"/", "/people", "/groups", "/requests", "/approvals", "/settings", "/choices", "/me", "/deputies"}


@pytest.fixture(scope="module")
def addresses() -> dict[str, str]:
    """For each way an address."""
    return {
        way.path: re.sub(r"{\w+}", "x", re.sub(r"{\w+:int}", "1", way.path.replace("{type}", "group"))) for way in WAYS
    }


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.method} {way.path}")
def test_nobody_gets_further_than_the_sign_in(shared: Company, addresses: dict[str, str], way: Way) -> None:
    nobody, address = shared.browser(), addresses[way.path]
    answer = nobody.get(address) if way.method == "GET" else nobody.post(address)
    if way.open:
        assert address.startswith("/sign-")
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
        assert answer.text == ""


@pytest.mark.parametrize("way", [way for way in WAYS if way.method == "POST"], ids=lambda way: way.path)
def test_no_form_is_taken_from_elsewhere(shared: Company, addresses: dict[str, str], way: Way) -> None:
    ada = shared.browser("person/ada")
    answer = ada.client.post(addresses[way.path], headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, "another site" in answer.text) == (403, True)


def test_every_page_is_what_the_rights_say(company: Company) -> None:
    ann = company.browser("person/ann")
    request = ann.post(f"/resources/{company.id('group/Budget')}/join").headers["location"]
    ids = {what: company.id(what) for what in THINGS if what != "request"} | {"request": int(request.split("/")[-1])}
    wrong = []
    for who in PEOPLE:
        browser, person = company.browser(who), company.id(who)
        duties = held(company, person)
        for way in WAYS:
            if way.duty is not None and way.method == "GET" and "{" not in way.path:
                found = browser.get(way.path).status_code
                wrong += [f"{who}, {way.path}: {found}"] if found != (200 if way.duty in duties else 404) else []
        assert {path: browser.get(path).status_code for path in OF_ONESELF} == dict.fromkeys(OF_ONESELF, 200)
        for what, id_ in ids.items():
            may = allowed(company, person, id_)
            for way in ABOUT_ONE:
                attribute = "displayName" if "/" in what and "Set" not in what else "DisplayName"
                known = "/" in what and "Set" not in what
                expected = _expected(may, way.path, written=what != "request", person="person" in what)
                if way.duty is not None and expected == 200:
                    there = known or not way.path.endswith(("/preview", "/{connector}"))
                    there &= (Action.READ, attribute) in may or not way.path.endswith("/{attribute}")
                    expected = 200 if way.duty in duties and there else 404
                filled = way.path.replace("{attribute}", attribute).replace("{connector}", "badges")
                found = browser.get(filled.replace("{id:int}", str(id_))).status_code
                if found != expected:
                    wrong.append(f"{who}, {way.path} of {what}: expected {expected}, found {found}")
            if "4711" in browser.get(f"/resources/{id_}").text and (Action.READ, "salary") not in may:
                wrong.append(f"{who} sees the salary of {what}")
    assert wrong == []


def held(company: Company, who: int) -> set[Duty]:
    """What somebody may do with what synchronises."""
    with company.opened() as installation:
        requests, store = requests_of(installation), installation.store
        target = company.id("Synchronization/synchronization")
        with store.reading() as tx:
            policy = requests.policies.current(tx)
            return {duty for duty in Duty if why(tx, store, policy, who, duty.value, target).allowed}


Allowed: TypeAlias = set[tuple[Action, str]]


def allowed(company: Company, who: int, what: int) -> Allowed:
    """What somebody may do to a resource as it is: actions on attributes."""
    with company.opened() as installation:
        requests = requests_of(installation)
        store = installation.store
        with store.reading() as tx:
            policy = requests.policies.current(tx)
            (row,) = resources.load(tx, [what])
            names = [name for name in store.catalogue[store.name(row.type)] if name not in COMPUTED]
            needs = [Need(Action.DELETE)] + [Need(action, name) for action in ACTIONS for name in names]
            found = [need for need in needs if why(tx, store, policy, who, need, what).allowed]
            several = {name for name in names if store.catalogue[store.name(row.type)][name].multivalued}
        return {
            (need.action, need.attribute)
            for need in found
            if need.action in (Action.READ, Action.DELETE)
            or (need.attribute in several) is (need.action is not Action.MODIFY)
        }


def _expected(may: Allowed, path: str, *, written: bool, person: bool) -> int:
    """``written``: whether it has a form; what comes of being used has none. ``person``: whether it has a manager."""
    actions = {action for action, _ in may}
    if Action.READ not in actions:
        return 404
    if path.endswith("/organisation"):
        return 200 if person else 404
    if path.endswith("/delete"):
        return 200 if Action.DELETE in actions else 403
    if path.endswith("/edit"):
        return 200 if written and actions & {Action.MODIFY, Action.ADD, Action.REMOVE} else 403
    return 200

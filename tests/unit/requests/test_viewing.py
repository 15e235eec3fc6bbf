"""Nothing is read without a right: not directly, and not through a filter, an order, or a reference."""

from mimas.language.filters.binding import understood
from mimas.requests.viewing import Viewer
from tests.unit.requests.conftest import Office


def found(office: Office, who: str, text: str, order: str | None = None) -> list[str]:
    viewer = Viewer(office.store, office.requests.policies, office.ids[who])
    names = {id_: name for name, id_ in office.ids.items()}
    with office.store.reading() as tx:
        wanted = understood(text, office.store.catalogue, lambda _: None)
        page = viewer.find(tx, wanted, order=order, now=office.engine.clock())
        return [names[id_] for id_ in page.ids]


def test_what_may_be_read_and_nothing_else(office: Office) -> None:
    assert office.see("Ann", "Bob") is None
    office.rule("look up", "Read", "displayName manager", by="Everybody", before="Everybody")
    view = office.see("Ann", "Bob")
    assert view is not None
    assert view.values == {"displayName": ["Bob"]}
    assert view.references == {"manager": [office.ids["Max"]]}


def test_a_reference_to_somebody_who_cannot_be_seen_is_not_there(office: Office) -> None:
    office.set("Sellers", "/person[department = 'Buying']")
    office.rule("look up", "Read", "*", by="Everybody", before="Sellers")
    view = office.see("Ann", "Bob")
    assert view is not None
    assert view.references == {}


def test_a_filter_sees_what_its_author_sees(office: Office) -> None:
    office.rule("look up", "Read", "displayName", by="Everybody", before="Everybody")
    office.rule("self", "Read", "mobile", relative="ObjectID", before="Everybody")
    assert found(office, "Ann", "/person[mobile = '2']") == []
    assert found(office, "Ann", "/person[is-present(mobile)]") == ["Ann"]
    assert found(office, "Ann", "/person[not(mobile = '2')]") == ["Max", "Ann", "Bob", "Ada"]
    assert found(office, "Ann", "/person[manager = /person[displayName = 'Max']]") == []


def test_an_order_sees_what_its_author_sees(office: Office) -> None:
    office.rule("look up", "Read", "displayName", by="Everybody", before="Everybody")
    office.rule("self", "Read", "department", relative="ObjectID", before="Everybody")
    by_department = found(office, "Bob", "/person", "department")
    assert sorted(by_department) == ["Ada", "Ann", "Bob", "Max"]
    unseen = [name for name in by_department if name != "Bob"]
    assert unseen == ["Max", "Ann", "Ada"]


def test_requests_of_others_are_not_seen(office: Office) -> None:
    office.set("Requests", "/Request")
    office.rule("own", "Read", "*", relative="Creator", before="Requests")
    office.ids["it"] = office.modify("Ann", "Bob", "mobile=9").request
    assert office.see("Ann", "it") is not None
    assert office.see("Bob", "it") is None


def test_whom_one_may_not_see_cannot_be_found_out_by_referring_to_them(office: Office) -> None:
    office.rule("self", "Modify", "manager", relative="ObjectID", before="Everybody", after="Everybody")
    office.ids["Nobody"] = 10**6
    unseen, missing = (office.modify("Ann", "Ann", f"manager={who}") for who in ("Ada", "Nobody"))
    assert unseen.message.replace(str(office.ids["Ada"]), "N") == missing.message.replace(str(10**6), "N")
    office.rule("look up", "Read", "displayName", by="Everybody", before="Everybody")
    assert office.modify("Ann", "Ann", "manager=Ada").status.done


def test_to_wish_nothing_tells_nothing(office: Office) -> None:
    office.ids["Nobody"] = 10**6
    assert office.modify("Ann", "Bob").status is office.modify("Ann", "Nobody").status

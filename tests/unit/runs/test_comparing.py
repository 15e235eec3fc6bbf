"""What differs and is no work: what is only reported, filled while empty, or altered by the system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimas.runs.comparing import COMBINED, altered
from mimas.runs.images import WAITING
from mimas.runs.setup import ConnectorSetup
from mimas.sync.rules import Enforce
from tests.door import Door, door
from tests.world import World, delimited, inbound, outbound, target

HR = delimited("hr", "id name title mail")
IN = inbound("hr", {"employeeId": "id", "name": "name", "title": "title", "mail": "mail"}, join=["id=employeeId"])
FLOWS = {"id": "employeeId", "name": "name", "title": "title"}
COLUMNS = "id name title"
ALL = ("import hr", "sync", "export app", "import app", "sync")


def hr(world: World, name: str = "Ann", title: str = "dev") -> None:
    world.write("hr.csv", {"id": "1", "name": name, "title": title, "mail": ""})


def app(world: World) -> dict[str, str]:
    return world.read("app.csv")["1"]


def by_hand(world: World, **values: str) -> None:
    world.write("app.csv", {"id": "1"} | app(world) | values, columns=COLUMNS)


def both(world: World, monkeypatch: pytest.MonkeyPatch, kind: str) -> ConnectorSetup:
    """The system takes object by object, or a whole listing."""
    return door(world, monkeypatch, COLUMNS) if kind == "door" else target("app", COLUMNS)


@pytest.fixture(params=["door", "listing"])
def reported(world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> World:
    """The title is sent when it changes, and what the system makes of it is only reported."""
    out = outbound("app", FLOWS, enforce={"title": Enforce.ON_CHANGE})
    world.configure([HR, both(world, monkeypatch, request.param)], [IN, out])
    hr(world)
    world.run(*ALL)
    return world


class TestDriftThatIsOnlyReported:
    def test_it_is_told_and_stays(self, reported: World) -> None:
        by_hand(reported, title="king")
        reported.run("import app")
        assert reported.codes() == ["drift"]
        assert "“king”; the rules want title “dev”" in reported.notes[0]["message"]
        reported.run("sync", "full", "export app", "import app", "import app", "sync")
        assert (app(reported)["title"], reported.codes(), reported.pending()) == ("king", [], {})

    def test_another_attribute_is_sent_without_it(self, reported: World) -> None:
        by_hand(reported, title="king")
        hr(reported, name="Bea")
        reported.run("import app")
        reported.run(*ALL)
        assert app(reported) == {"name": "Bea", "title": "king"}
        assert (reported.codes(), reported.pending()) == ([], {})

    def test_a_new_value_of_the_rules_is_sent(self, reported: World) -> None:
        by_hand(reported, title="king")
        reported.run("import app")
        hr(reported, title="boss")
        reported.run(*ALL)
        assert (app(reported)["title"], reported.codes(), reported.pending()) == ("boss", [], {})

    def test_a_second_change_by_hand_is_told_again(self, reported: World) -> None:
        by_hand(reported, title="king")
        reported.run("import app")
        by_hand(reported, title="queen")
        reported.run("import app", "sync", "export app")
        assert reported.codes() == ["drift"]
        assert app(reported)["title"] == "queen"

    def test_a_change_of_ours_on_its_way_is_sent_all_the_same(self, reported: World) -> None:
        hr(reported, title="boss")
        reported.run("import hr", "sync")
        by_hand(reported, title="king")
        reported.run("import app", "export app", "import app", "sync")
        assert app(reported)["title"] == "boss"
        assert reported.pending() == {}

    def test_other_drift_is_put_right(self, reported: World) -> None:
        by_hand(reported, name="X")
        reported.run("import app", "export app", "import app", "sync")
        assert app(reported)["name"] == "Ann"


class TestFilledWhileEmpty:
    @pytest.fixture(params=["door", "listing"])
    def filled(self, world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> World:
        out = outbound("app", FLOWS, enforce={"title": Enforce.WHILE_EMPTY})
        world.configure([HR, both(world, monkeypatch, request.param)], [IN, out])
        hr(world)
        world.run(*ALL)
        return world

    def test_a_new_object_gets_the_value(self, filled: World) -> None:
        assert app(filled)["title"] == "dev"

    def test_a_value_of_the_systems_own_stays(self, filled: World) -> None:
        by_hand(filled, title="king")
        filled.run("import app", *ALL, "full", "export app")
        assert (app(filled)["title"], filled.codes(), filled.pending()) == ("king", [], {})

    def test_a_new_value_of_the_rules_does_not_replace_it(self, filled: World) -> None:
        hr(filled, name="Bea", title="boss")
        filled.run(*ALL)
        assert app(filled) == {"name": "Bea", "title": "dev"}
        assert filled.pending() == {}

    def test_emptied_it_is_filled_again(self, filled: World) -> None:
        by_hand(filled, title="")
        hr(filled, title="boss")
        filled.run("import app", *ALL)
        assert (app(filled)["title"], filled.pending()) == ("boss", {})


class TestLearnedNormalisation:
    @pytest.fixture
    def altering(self, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
        world.configure([HR, door(world, monkeypatch, COLUMNS)], [IN, outbound("app", FLOWS)])
        monkeypatch.setattr(Door, "alters", lambda value: value.lower())
        return world

    def test_it_is_told_once_and_counts_as_confirmed(self, altering: World) -> None:
        hr(altering)
        altering.run("import hr", "sync", "export app", "import app")
        assert altering.codes() == ["learned-normalisation"]
        assert "app alters name of a person (lower case)" in altering.notes[0]["message"]
        assert altering.pending() == {}
        Door.sent = []
        hr(altering, name="Bea")
        altering.run(*ALL, "full", "export app", "import app")
        assert (Door.sent, altering.codes(), altering.pending()) == ([("update", "1")], [], {})

    def test_of_several_attributes_each_is_learned(self, altering: World) -> None:
        hr(altering, title="Dev")
        altering.run("import hr", "sync", "export app", "import app")
        assert altering.codes() == ["learned-normalisation", "learned-normalisation"]
        assert altering.pending() == {}

    def test_a_system_that_refuses_has_not_altered(self, altering: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Door, "alters", str)
        hr(altering, name="ann")
        altering.run(*ALL)
        Door.forgets = {"1"}
        hr(altering, name="Ann")
        altering.run("import hr", "sync", "export app", "import app")
        assert altering.codes() == ["exported-change-not-reimported"]
        assert altering.pending() == {"1": ("update", WAITING)}

    def test_a_day_is_its_first_instant(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """As accountExpires of Active Directory, which knows instants only."""
        app = door(world, monkeypatch, "id ends:datetime")
        world.configure([HR, app], [IN, outbound("app", {"id": "employeeId", "ends": "title"})])
        monkeypatch.setattr(Door, "alters", lambda value: f"{value}T00:00:00Z" if len(value) == 10 else value)
        world.write("app.csv", {"id": "1", "ends": "2026-12-31T00:00:00Z"}, columns="id ends")
        hr(world, title="2026-12-31")
        world.run("import hr", "import app", *ALL)
        world.run("import app")
        assert (world.codes(), world.pending()) == ([], {})
        Door.sent = []
        hr(world, title="2027-12-31")
        world.run(*ALL, *ALL)
        assert (Door.sent, world.pending()) == ([("update", "1")], {})

    def test_another_value_is_drift(self, altering: World) -> None:
        hr(altering)
        altering.run(*ALL)
        by_hand(altering, name="ann!")
        altering.run("import app")
        assert altering.codes() == ["drift"]

    def test_forgotten_it_is_a_difference_again(self, altering: World) -> None:
        from mimas.store import learned

        hr(altering)
        altering.run(*ALL)
        with altering.store.transaction() as tx:
            assert learned.forget(tx, altering.store.symbol("app"), altering.store.symbol("name")) == 1
        altering.run("import app")
        assert altering.codes() == ["drift"]

    def test_an_echo_in_another_form_is_an_echo_all_the_same(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        back = inbound("app", {"mail": "name"}, join=["id=employeeId"], precedence=200)
        world.configure([HR, door(world, monkeypatch, COLUMNS)], [IN, back, outbound("app", FLOWS)])
        monkeypatch.setattr(Door, "alters", lambda value: value.lower())
        hr(world)
        world.run(*ALL, *ALL)
        assert "mail" not in world.people()["Ann"]
        assert world.pending() == {}


@given(st.sampled_from(COMBINED), st.text())
def test_what_a_system_makes_of_a_text_it_makes_but_once(forms: tuple[str, ...], text: str) -> None:
    once = altered(text, forms)
    assert len(forms) > 1 or altered(once, forms) == once


def test_truth_and_numbers_are_never_altered() -> None:
    assert all(altered(value, forms) is value for value in (True, False, 5) for forms in COMBINED)


class TestTryingAgain:
    @pytest.fixture
    def refusing(self, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
        world.configure([HR, door(world, monkeypatch, COLUMNS)], [IN, outbound("app", FLOWS)])
        hr(world)
        Door.refuses = {"1"}
        world.run("import hr", "sync")
        return world

    def tries(self, world: World, steps: tuple[str, ...], minutes: int, count: int) -> int:
        Door.sent = []
        for _ in range(count):
            world.run(*steps)
            world.clock.forward(minutes=minutes)
        return len(Door.sent)

    def test_it_comes_ever_less_often(self, refusing: World) -> None:
        assert self.tries(refusing, ("export app",), 1, 10) == 3
        assert self.tries(refusing, ("export app",), 60, 24) == 6
        assert self.tries(refusing, ("export app",), 24 * 60, 5) == 4
        outcome = refusing.step("export app")
        refusing.clock.forward(minutes=1)
        outcome = refusing.step("export app")
        assert outcome.counters["export-waiting"] == 1
        assert "`mimas export app --retry`" in outcome.message

    def test_a_person_may_ask_for_it_now(self, refusing: World) -> None:
        assert self.tries(refusing, ("export app",), 1, 10) == 3
        assert self.tries(refusing, ("retry app",), 1, 2) == 2

    def test_a_new_value_begins_anew(self, refusing: World) -> None:
        assert self.tries(refusing, ("export app",), 1, 10) == 3
        Door.refuses = set()
        hr(refusing, title="boss")
        refusing.run(*ALL)
        assert (app(refusing)["title"], refusing.pending()) == ("boss", {})

    def test_what_comes_to_nothing_is_not_fought_for_at_every_run(self, refusing: World) -> None:
        Door.refuses = set()
        refusing.run("export app", "import app", "sync")
        Door.forgets = {"1"}
        hr(refusing, title="boss")
        assert self.tries(refusing, ALL, 1, 10) == 3
        assert self.tries(refusing, ALL, 60, 24) == 6


class TestValuesThatAreOnlyAdded:
    @pytest.fixture(params=["door", "listing"])
    def adding(self, world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> World:
        columns = "id mails*"
        app = door(world, monkeypatch, columns) if request.param == "door" else target("app", columns)
        flows = {"id": "employeeId", "mails": '=IIF(IsPresent([mail]), "x500:" & [mail], NULL)'}
        world.configure([HR, app], [IN, outbound("app", flows, enforce={"mails": Enforce.ADD})])
        world.write("app.csv", {"id": "1", "mails": "SMTP:a|smtp:b"}, columns="id mails")
        return world

    def mail(self, world: World, mail: str) -> None:
        world.write("hr.csv", {"id": "1", "name": "Ann", "title": "dev", "mail": mail})
        world.run("import hr", "import app", "sync", "export app", "import app", "sync")

    def test_stand_beside_those_that_are_there(self, adding: World) -> None:
        self.mail(adding, "")
        assert (app(adding)["mails"], adding.pending()) == ("SMTP:a|smtp:b", {}), "no value takes none away"
        self.mail(adding, "ann")
        assert (app(adding)["mails"], adding.pending()) == ("SMTP:a|smtp:b|x500:ann", {})
        self.mail(adding, "bea")
        assert (app(adding)["mails"], adding.pending()) == ("SMTP:a|smtp:b|x500:ann|x500:bea", {})
        by = {"id": "1", "mails": "SMTP:a"}
        adding.write("app.csv", by, columns="id mails")
        adding.run("import app", "export app", "import app", "full")
        assert (app(adding)["mails"], adding.pending()) == ("SMTP:a|x500:bea", {})

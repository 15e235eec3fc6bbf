from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import SYSTEM
from mimas.web.portal.kinds import groups, people


def several(name: str) -> dict[str, Attribute]:
    return {name: Attribute(name, Kind.REFERENCE, multivalued=True)}


def test_who_belongs_to_groups_is_no_group() -> None:
    login = {"accountName": Attribute("accountName", indexed=True)}
    catalogue = {**SYSTEM, "person": login | several("memberOf"), "team": several("member"), "room": several("owner")}
    assert (people(catalogue), groups(catalogue)) == (["person"], ["team"])

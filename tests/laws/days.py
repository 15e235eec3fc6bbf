"""What the sources show on a day, for the laws."""

from typing import TypeAlias

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.world import World

Row: TypeAlias = tuple[str, str, str, str]
"""Name, mail, department, manager."""
Day: TypeAlias = tuple[dict[str, Row], dict[str, Row], dict[str, str]]
"""HR's people, the register's people, the departments."""

COLUMNS = "id name mail dept manager>person"
HEADER = "id name mail dept manager"

ids = st.sampled_from("1234")
rows = st.tuples(
    st.sampled_from(["Ann", "Bea", "ann ", ""]),
    st.sampled_from(["", "", "a@x", "b@x"]),
    st.sampled_from(["it", "hr", "out"]),
    st.one_of(st.just(""), ids),
)
days: st.SearchStrategy[Day] = st.tuples(
    st.dictionaries(ids, rows, max_size=4),
    st.dictionaries(ids, rows, max_size=3),
    st.dictionaries(st.sampled_from(["g1", "g2"]), st.sampled_from(["it", "hr"]), max_size=2),
)

LAW = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


def deliver(world: World, day: Day) -> None:
    """The sources' files of a day."""
    for file, people in zip(("hr.csv", "ext.csv"), day[:2], strict=True):
        world.write(
            file, *(dict(zip(HEADER.split(), (id_, *row), strict=True)) for id_, row in people.items()), columns=HEADER
        )
    world.write("org.csv", *({"id": id_, "dept": dept} for id_, dept in day[2].items()), columns="id dept")

"""Names get their numbers once, whoever asks for them at the same time."""

from concurrent.futures import ThreadPoolExecutor, wait

from mimas.store.store import Store


def test_two_who_need_a_new_name_at_the_same_time(postgresql_url: str) -> None:
    one, other = Store(postgresql_url), Store(postgresql_url)
    one.migrate()
    with ThreadPoolExecutor(1) as pool:
        with one.transaction():
            first = one.symbols(["a", "b"])
            asked = pool.submit(other.symbols, ["b", "c"])
            # It waits for whoever came first.
            assert wait([asked], 0.3).not_done
        second = asked.result(10)
    assert (first[1], len({*first, *second})) == (second[0], 3)
    assert Store(postgresql_url).symbols(["a", "b", "c"]) == [*first, second[1]]
    for store in (one, other):
        store.close()

"""The pages say what is so: what goes on, what it cost, why, and how deployments are doing."""

import asyncio
import html
import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browsing import Browser
from interlock import Record, Unavailable
from interlock.protocols import RecordStore
from interlock.testing import scripted_router
from interlock.testing.records import sample_record
from interlock.types.stores import RecordQuery, StoreCall
from interlock_server.keys.plugin import KeyRules
from interlock_server.pages.reading import Recent, fits
from interlock_server.principals import KEY, Limit, Principal
from interlock_sql import Sql
from server_pages_stage import BLIND, SEES, Keys, pages_stage


class Held:
    """Steps that wait until they are let go, whichever loop they run in."""

    def __init__(self) -> None:
        self.reached, self.go = threading.Event(), threading.Event()

    async def __call__(self, call: object) -> str:
        self.reached.set()
        await asyncio.to_thread(self.go.wait, 20)
        return "One two"


def words(page: str) -> str:
    """What is read on a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def rows(page: str) -> list[str]:
    return [words(row) for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)]


def record(number: int, *, ago: float, key: str | None = "app", **facts: object) -> Record:
    """One that began so many seconds ago."""
    metadata = {} if key is None else {KEY: key}
    return replace(sample_record(number), started=time.time() - ago, metadata=metadata, **facts)  # type: ignore[arg-type]  # the test's own fields


def test_a_call_is_listed_while_it_goes_on_and_then_among_the_last() -> None:
    held = Held()
    router = scripted_router({"a": [Unavailable("down")], "b": [held]})
    with pages_stage(router, SEES, BLIND) as stage:
        browser, client = stage.signed_in(), stage.calling(BLIND)
        assert "Nothing is under way" in browser.get("/pages/").text
        assert "No call has ended here yet" in browser.text
        call = threading.Thread(target=client.chat, args=("My secret prompt: how are you?",))
        call.start()
        assert held.reached.wait(10)
        page = browser.get("/pages/").text
        (row,) = [each for each in rows(page) if "conversational" in each]
        assert re.fullmatch(r"[\d.]+ m?s app auto conversational b 1 plain req_\w+", row), row
        held.go.set()
        call.join(10)
        page = browser.get("/pages/").text
        assert "Nothing is under way" in page
        (row,) = [each for each in rows(page) if "conversational" in each]
        assert "app conversational b answered after 1 failed" in row
        assert "secret prompt" not in page


def test_calls_of_other_processes_are_listed_with_this_ones_own(tmp_path: Path) -> None:
    held = Held()
    here, there = scripted_router({"a": ["One"]}), scripted_router({"a": [held]})
    with (
        pages_stage(here, SEES, BLIND, beside=tmp_path) as asked,
        pages_stage(there, SEES, BLIND, beside=tmp_path) as other,
    ):
        call = threading.Thread(target=other.calling(BLIND).chat)
        call.start()
        assert held.reached.wait(10)
        other.processes.write(there)
        browser = asked.signed_in()
        (row,) = [each for each in rows(browser.get("/pages/").text) if "conversational" in each]
        assert re.fullmatch(r"[\d.]+ m?s app auto conversational a 0 plain req_\w+", row), row
        (row,) = [each for each in rows(browser.get("/pages/health").text) if each.startswith("a ")]
        assert " 1 0 0 " in row  # busy there, not asked here
        held.go.set()
        call.join(10)
        other.processes.write(there)
        assert "Nothing is under way" in browser.get("/pages/").text


def test_the_page_looks_again_by_itself_only_where_somebody_asked_for_it() -> None:
    with pages_stage(scripted_router({"a": []}), SEES) as stage:
        browser = stage.signed_in()
        assert "refresh" not in browser.get("/pages/").headers
        assert browser.get("/pages/?every=5").headers["refresh"] == "5"
        assert "refresh" not in browser.get("/pages/?every=0").headers
        assert "refresh" not in browser.get("/pages/?every=5;url=https://evil.example").headers


def kept(tmp_path: Path, *records: Record) -> str:
    """The address of a store that holds them."""

    async def put() -> None:
        store: RecordStore = Sql().open(StoreCall(url="sqlite:///records.db", folder=tmp_path))
        await store.put(records)
        await store.aclose()

    asyncio.run(put())
    return f"sqlite:///{tmp_path}/records.db"


def used(browser: Browser, title: str) -> list[str]:
    """The rows of the table below that heading, as they are read."""
    section = browser.text.partition(f"<h2>{title}</h2>")[2].partition("</section>")[0]
    return rows(section)[1:]


MANY: tuple[Record, ...] = (
    record(1, ago=10, cost=0.25, latency=2.0),
    record(2, ago=20, cost=0.5, latency=4.0),
    record(3, ago=30, cost=None, error="TotalTimeout", deployment=None, model=None),
    record(4, ago=40, key="ide", cost=2.0, latency=1.0),
    record(5, ago=3 * 86_400, key="ide", cost=8.0, latency=1.0),
    record(6, ago=20 * 86_400, key=None, cost=16.0, latency=1.0),
    record(7, ago=90 * 86_400, key="old", cost=99.0),
)


@pytest.mark.parametrize("where", ["store", "memory"])
def test_usage_is_added_up_by_key_task_and_deployment(tmp_path: Path, where: str) -> None:
    given = {"records": kept(tmp_path, *MANY)} if where == "store" else {}
    router = scripted_router({"a": []}, **given)
    for each in MANY if where == "memory" else ():
        router.wiring.records.put(each)
    with pages_stage(router, SEES) as stage:
        browser = stage.signed_in()
        day = words(browser.get("/pages/usage?period=day").text)
        assert "Cost $2.75 without 1 call whose price is not known Calls 4 Ended in an error 1 25.0%" in day
        assert used(browser, "By key") == [
            "ide 1 0 0 1.0 s 12 5 $2.00",
            "app 3 1 33.3% 0 2.6 s 36 15 $0.75",
        ]
        assert used(browser, "By deployment") == [
            "second 3 0 0 2.3 s 36 15 $2.75",
            "none answered 1 1 100% 0 1.8 s 12 5 —",
        ]
        assert [each.split(" ")[0] for each in used(browser, "By task")] == ["conversational"]
        browser.get("/pages/usage?period=week")
        assert used(browser, "By key")[0] == "ide 2 0 0 1.0 s 24 10 $10.00"
        browser.get("/pages/usage?period=month")
        assert used(browser, "By key")[0] == "without a key 1 0 0 1.0 s 12 5 $16.00"
        assert "old" not in browser.text
        assert ("thousand calls of this process" in browser.text) is (where == "memory")
        assert browser.text.count('<svg class="bars"') == 2


def test_usage_links_to_the_calls_that_it_counted(tmp_path: Path) -> None:
    router = scripted_router({"a": []}, records=kept(tmp_path, *MANY))
    with pages_stage(router, SEES) as stage:
        browser = stage.signed_in()
        link = re.search(r'href="(/pages/decisions\?key=ide)"', browser.get("/pages/usage").text)
        assert link is not None
        assert len(rows(browser.get(link[1]).text)) == 1 + 2


def test_what_is_left_of_a_budget_stands_beside_it() -> None:
    few = {"id": "few", "per": "day", "requests": 8, "each": KEY}
    router = scripted_router({"a": ["One"] * 2}, budgets=[few, {"id": "all", "per": "hour", "usd": 5}])
    with pages_stage(router, SEES, BLIND) as stage:
        assert stage.calling(BLIND).chat().status == 200
        browser = stage.signed_in()
        browser.get("/pages/usage")
        row, whole = used(browser, "Limits, and what is left")
        assert re.fullmatch(r"few app requests 1 of 8 7 \d+ \w+", row)
        assert re.fullmatch(r"all all cost \$0 of \$5.00 \$5.00 \d+ \w+", whole)


def test_what_is_left_of_a_keys_limits_stands_there_whether_or_not_it_was_used() -> None:
    app = replace(BLIND, limits=(Limit(per="day", requests=4, tokens=1_000_000),))
    idle = Principal(id="idle", epoch="1", limits=(Limit(per="month", usd=20.0),))
    keys = Keys(SEES, app, idle)
    router = scripted_router({"a": ["One"] * 3}, plugins=[KeyRules(keys)])
    with pages_stage(router, keys=keys) as stage:
        for _ in range(3):
            assert stage.calling(app).chat().status == 200
        browser = stage.signed_in()
        browser.get("/pages/usage")
        first, second, third = used(browser, "Limits, and what is left")
    assert re.fullmatch(r"key, per day app requests 3 of 4 1 \d+ \w+", first)
    assert re.fullmatch(r"key, per day app tokens \d+ of 1,000,000 999,\d+ \d+ \w+", second)
    assert third == "key, per month idle cost $0 of $20.00 $20.00 —"


def test_a_ledger_that_cannot_be_reached_is_said_beside_what_this_process_knows(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no database at all, and long enough to be one" * 50)
    few = {"id": "few", "per": "day", "requests": 8}
    router = scripted_router({"a": []}, budgets=[few], ledger=f"sqlite:///{tmp_path}/ledger.db")
    with pages_stage(router, SEES) as stage:
        page = stage.signed_in().get("/pages/usage")
    assert page.status == 200
    assert "What all processes have spent together cannot be read now" in page.text
    assert str(tmp_path) not in page.text
    assert "few all requests 0 of 8 8" in words(page.text)


def test_a_decision_says_why_what_was_tried_and_which_rule_kept_whom_out(tmp_path: Path) -> None:
    one = sample_record(1)
    router = scripted_router({"a": []}, records=kept(tmp_path, one))
    with pages_stage(router, SEES) as stage:
        text = words(stage.signed_in().get(f"/pages/decisions/{one.id}").text)
    for told in (
        "Said by heuristics Confidence 75% Seen in the prompt short",
        "third residency processed in cn; the residency allows eu only",
        "RateLimited: slow down",
        "1 first maker/first eu as is primary yes",
        one.id,
    ):
        assert told in text


def test_decisions_are_found_by_key_task_deployment_and_outcome_page_by_page(tmp_path: Path) -> None:
    many = [record(n, ago=100 + n, key="ide" if n % 2 else "app") for n in range(120)]
    many[0] = replace(many[0], error="TotalTimeout", deployment=None, model=None)
    router = scripted_router({"a": []}, records=kept(tmp_path, *many))
    with pages_stage(router, SEES) as stage:
        browser, there, seen = stage.signed_in(), "/pages/decisions", []
        while there:
            page = browser.get(there).text
            seen += re.findall(r'href="/pages/decisions/([\w-]+)"', page)
            following = re.search(r'href="([^"]*after=[^"]*)">Older', page)
            there = html.unescape(following[1]) if following else ""
        assert seen == [each.id for each in many]
        assert len(rows(browser.get("/pages/decisions?key=app&outcome=error").text)) == 2
        assert len(rows(browser.get("/pages/decisions?key=ide&outcome=error").text)) == 0
        assert "No such call is recorded" in browser.text
        assert len(rows(browser.get("/pages/decisions?deployment=first&task=conversational").text)) == 51
        assert 'value="conversational"' in browser.text
        assert browser.get("/pages/decisions?after=x").status == 400
        assert browser.get("/pages/decisions?outcome=x").status == 400
        assert browser.get("/pages/decisions/none").status == 404


def test_a_store_that_cannot_be_read_hides_neither_the_last_calls_nor_that(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(b"no database at all, and long enough to be one" * 50)
    router = scripted_router({"a": ["One"]}, records=f"sqlite:///{path}")
    with pages_stage(router, SEES, BLIND) as stage:
        assert stage.calling(BLIND).chat().status == 200
        browser = stage.signed_in()
        for there in ("/pages/", "/pages/usage", "/pages/decisions"):
            page = browser.get(there)
            assert page.status == 200
            assert str(tmp_path) not in page.text
            assert "app" in words(page.text)
        assert "The store of records cannot be read now" in browser.text
        assert browser.get(f"/pages/decisions/{router.records[-1].id}").status == 200


def test_health_says_which_deployment_is_not_well_and_which_nobody_asked() -> None:
    shut = {"opens_after": 2}
    router = scripted_router({"a": [Unavailable("down")] * 8, "b": ["One"] * 8, "c": []}, health=shut)
    with pages_stage(router, SEES, BLIND) as stage:
        for _ in range(8):
            assert stage.calling(BLIND).chat().status == 200
        page = stage.signed_in().get("/pages/health").text
    of = {row.split(" ")[0]: row for row in rows(page)}
    assert "open, failing" in of["a"]
    assert "well" in of["b"]
    assert "not asked yet" in of["c"]


def test_health_says_in_how_many_other_processes_a_deployment_is_left_alone(tmp_path: Path) -> None:
    shut = {"opens_after": 2}
    there = scripted_router({"a": [Unavailable("down")] * 8, "b": ["One"] * 8}, health=shut)
    here = scripted_router({"a": ["One"], "b": ["One"]})
    with (
        pages_stage(here, SEES, beside=tmp_path) as asked,
        pages_stage(there, SEES, BLIND, beside=tmp_path) as other,
    ):
        for _ in range(8):
            assert other.calling(BLIND).chat().status == 200
        other.processes.write(there)
        page = asked.signed_in().get("/pages/health").text
    of = {row.split(" ")[0]: row for row in rows(page)}
    assert "not asked yet left alone in 1 other process" in of["a"]
    assert "left alone" not in of["b"]


def test_what_is_in_another_process_is_read_from_the_store_all_the_same(tmp_path: Path) -> None:
    address = kept(tmp_path)
    router = scripted_router({"a": []}, records=address)
    with pages_stage(router, SEES) as stage:
        browser = stage.signed_in()
        assert "No call is recorded yet" in browser.get("/pages/decisions").text
        kept(tmp_path, record(1, ago=5, key="elsewhere"))
        assert "elsewhere" in browser.get("/pages/decisions").text
        assert "elsewhere" in browser.get("/pages/usage").text


queries = st.builds(
    RecordQuery,
    since=st.none() | st.just(1e9 + 3),
    until=st.none() | st.just(1e9 + 6),
    task=st.sampled_from([None, "conversational", "vision"]),
    deployment=st.sampled_from([None, "first", "second", "third"]),
    failed=st.sampled_from([None, True, False]),
    error=st.sampled_from([None, "TotalTimeout"]),
    run=st.sampled_from([None, "run-3"]),
    metadata=st.sampled_from([{}, {"customer": "42"}, {"customer": "7"}]),
    limit=st.integers(1, 12),
    after=st.none() | st.just((1e9 + 5, "record-000005")),
)


@pytest.fixture(scope="module")
def store_of_ten(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Record], Callable[[], RecordStore]]:
    folder = tmp_path_factory.mktemp("ten")
    ten = [replace(sample_record(n), started=1e9 + n) for n in range(10)]
    ten[4] = replace(ten[4], error="TotalTimeout", deployment=None, model=None)
    ten[6] = replace(ten[6], metadata={"customer": "7"})
    ten[7] = replace(ten[7], cancelled="CancelledError", deployment=None, model=None)
    kept(folder, *ten)
    return ten, lambda: Sql().open(StoreCall(url="sqlite:///records.db", folder=folder))


@given(query=queries)
def test_records_in_memory_are_found_as_a_store_finds_them(
    store_of_ten: tuple[list[Record], Callable[[], RecordStore]], query: RecordQuery
) -> None:
    ten, opened = store_of_ten

    async def both() -> tuple[list[str], list[str]]:
        store = opened()
        try:
            found = await store.find(query)
        finally:
            await store.aclose()
        return [each.id for each in found], [each.id for each in await Recent(ten).find(query)]

    one, other = asyncio.run(both())
    assert one == other
    assert all(fits(each, query) for each in ten if each.id in one)

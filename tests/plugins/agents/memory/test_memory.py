"""What nodes gave is kept with its types, beside a summary where it is long, and can be searched."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock import RequestError
from interlock_agents import Memory, Store
from interlock_agents.memory.searching import excerpt, score, words_of
from interlock_agents.memory.shortening import cut

LONG = "supplier quotes\n" * 50_000
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


async def test_a_value_comes_back_with_its_types_from_another_process(url):
    value = {"n": 1, "f": 1.0, "list": [True, None, "é\0x"], "raw": b"\x00\xff", "$bytes": "none"}
    first = Store.open(url)
    await Memory(first).put("run", "node", value)
    await first.aclose()
    second = Store.open(url)
    kept = await Memory(second).get("run", "node")
    await second.aclose()
    assert kept.value == value
    assert [type(kept.value[name]) for name in ("n", "f", "raw")] == [int, float, bytes]


async def test_what_is_large_is_kept_beside_and_comes_back_whole(store):
    memory = Memory(store)
    await memory.put("run", "large", LONG)
    await memory.put("run", "again", LONG)
    kept = await memory.get("run", "large")
    assert (kept.value == LONG, kept.size) == (True, len(LONG) + 50_000 + 2)
    assert {each.node for each in await memory.all("run")} == {"again", "large"}


async def test_a_prompt_is_shown_the_summary_and_the_original_stays(store):
    memory = Memory(store)
    await memory.put("run", "quotes", LONG)
    kept = await memory.get("run", "quotes")
    assert len(kept.shown(1000)) < 1200
    assert "shortened; the original is kept" in kept.shown(1000)
    await memory.summarise("run", "quotes", "two suppliers", by="glm-eu")
    kept = await memory.get("run", "quotes")
    assert kept.shown(1000).endswith("two suppliers")
    assert "summarised by glm-eu" in kept.shown(1000)
    assert kept.value == LONG
    assert kept.shown(len(LONG)) == LONG


async def test_a_new_value_has_no_summary_of_the_old_one(store):
    memory = Memory(store)
    await memory.put("run", "node", "old")
    await memory.summarise("run", "node", "o", by="cut")
    await memory.put("run", "node", "new")
    kept = await memory.get("run", "node")
    assert (kept.value, kept.summary) == ("new", None)


async def test_words_are_found_where_they_stand_best_first_in_their_run_alone(store):
    memory = Memory(store)
    await memory.put("run", "a", {"carrier": "Delayed in Hamburg", "days": 3})
    await memory.put("run", "b", ["delayed", "delayed", "nothing"])
    await memory.put("run", "c", "on time")
    await memory.put("other", "d", "delayed in Hamburg")
    found = await memory.search("run", "DELAYED hamburg")
    assert [each.node for each in found] == ["a", "b"]
    assert "Hamburg" in found[0].excerpt
    assert [each.node for each in await memory.search("run", "carrier 3")] == ["a"]
    assert await memory.search("run", "") == []


async def test_what_cannot_be_kept_is_named_and_nothing_is_there(store):
    memory = Memory(store)
    with pytest.raises(RequestError, match="set is neither"):
        await memory.put("run", "node", {"x": {1}})
    assert await memory.get("run", "node") is None


@given(st.text(), st.text())
def test_any_text_can_be_searched_for_any_words(text, words):
    wanted = words_of(words)
    assert score(text, wanted) >= 0
    assert isinstance(excerpt(text, wanted), str)


@given(st.text(max_size=500), st.integers(min_value=1, max_value=100))
def test_a_text_is_cut_to_about_its_limit_and_says_so(text, limit):
    short = cut(text, limit)
    assert short == text or ("left out" in short and len(short) < limit + 60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(value=VALUES)
async def test_any_value_of_json_and_bytes_comes_back(tmp_path_factory, value):
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('m') / 'agents.db'}")
    try:
        await Memory(store).put("run", "node", value)
        assert (await Memory(store).get("run", "node")).value == value
    finally:
        await store.aclose()

"""What a router hands to whoever reports on it: rows about places, and the store of its records."""

from interlock import Router
from interlock.types.stores import RecordQuery

LOCAL = {
    "id": "a",
    "model": "meta/llama-4-ultra",
    "provider": "openai-compatible",
    "base_url": "http://10.0.0.5:8000/v1",
    "region": "eu",
}


def test_rows_of_every_installed_provider_can_be_read_without_a_deployment_of_it():
    router = Router.from_config({"deployments": [LOCAL]})
    rows = {row.id: row for row in router.places["openai"]}
    assert rows["openai-eu"].processed == ("eea", "ch")
    assert rows["openai-eu"].source.startswith("https://")
    assert router.places["openai-compatible"] == ()


def test_there_is_no_store_where_none_is_configured():
    assert Router.from_config({"deployments": [LOCAL]}).open_store() is None


async def test_the_store_can_be_opened_for_reading(tmp_path):
    async with Router.from_config(
        {"deployments": [LOCAL], "records": f"sqlite:///{tmp_path}/records.db"}
    ) as router:
        store = router.open_store()
        assert store is not None
        try:
            assert list(await store.find(RecordQuery())) == []
        finally:
            await store.aclose()

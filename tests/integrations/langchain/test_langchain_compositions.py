"""ChatInterlock inside what LangChain wraps around chat models: fallbacks, retries, events, copies."""

import asyncio
import copy

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.exceptions import ModelInvalidRequestError, ModelRateLimitError
from langchain_core.globals import set_llm_cache
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda
from pydantic import BaseModel

from interlock import RateLimited, Unavailable
from interlock.testing import ScriptedProvider, scripted_router
from langchain_interlock import ChatInterlock

PROMPT = ChatPromptTemplate.from_messages([("human", "{q}")])
ASKED = {"q": "x"}


def chat(name: str, *said: object, **fields) -> ChatInterlock:
    return ChatInterlock(router=scripted_router({name: list(said)}), **fields)


def gone() -> Unavailable:
    return Unavailable("gone", status=503)


def double(number: int) -> int:
    """Double a number."""
    return 2 * number


async def test_with_fallbacks_every_way_of_asking_reaches_the_second_router():
    dead, live = chat("a", *(gone() for _ in range(7))), chat("b", *["hello"] * 7)
    chain = PROMPT | dead.with_fallbacks([live])
    assert chain.invoke(ASKED).text == "hello"
    assert (await chain.ainvoke(ASKED)).text == "hello"
    assert "".join(chunk.text for chunk in chain.stream(ASKED)) == "hello"
    assert "".join([chunk.text async for chunk in chain.astream(ASKED)]) == "hello"
    assert [each.text for each in await chain.abatch([ASKED] * 3)] == ["hello"] * 3


def test_a_fallback_for_what_no_deployment_of_the_first_may_answer():
    bound = ChatInterlock(router=scripted_router({"a": []}), deny_vendors=["scripted"])
    free = chat("b", "hello")
    chain = bound.with_fallbacks([free], exceptions_to_handle=(ModelInvalidRequestError,))
    assert chain.invoke("x").text == "hello"


def test_tools_and_schemas_come_along_to_the_fallback():
    class Sum(BaseModel):
        total: int

    provider = ScriptedProvider(["ok"], "b")
    second = ChatInterlock(router=scripted_router({"b": provider}))
    bound = chat("a", gone()).with_fallbacks([second]).bind_tools([double])
    assert bound.invoke("x").text == "ok"
    assert [tool.name for tool in provider.calls[0].request.tools] == ["double"]
    readers = [chat("a", gone()), chat("b", '{"total": 3}')]
    first, other = (each.with_structured_output(Sum) for each in readers)
    assert first.with_fallbacks([other]).invoke("x") == Sum(total=3)


def test_with_retry_asks_again_for_the_kinds_of_errors_that_are_named():
    router = scripted_router({"a": [RateLimited("slow down", status=429), "ok"]}, health={"error_rate": 1.0})
    model = ChatInterlock(router=router).bind_tools([double])
    again = {"wait_exponential_jitter": False, "stop_after_attempt": 2}
    retried = model.with_retry(retry_if_exception_type=(ModelRateLimitError,), **again)
    assert retried.invoke("x").text == "ok"
    assert len(router.records) == 2
    with pytest.raises(Unavailable):
        chat("a", gone(), "never").with_retry(retry_if_exception_type=(ModelRateLimitError,), **again).invoke(
            "x"
        )


def test_one_cache_for_all_never_crosses_routers_with_other_constraints():
    def asked_in(name: str, **configuration) -> ChatInterlock:
        places = {"us": "us", "de": "de"}
        providers = {at: ScriptedProvider([f"{name} in {at}"] * 2, at, region=at) for at in places}
        return ChatInterlock(router=scripted_router(providers, **configuration))

    def models():
        return {
            "any": asked_in("any"),
            "eu": asked_in("eu", constraints={"residency": ["eu"]}),
            "us": asked_in("us", constraints={"residency": ["us"]}),
        }

    set_llm_cache(InMemoryCache())
    try:
        first = {name: model.invoke("x").text for name, model in models().items()}
        assert first == {"any": "any in us", "eu": "eu in de", "us": "us in us"}
        # Other routers under the same three policies, whose own providers are never asked.
        again = models()
        assert {name: model.invoke("x").text for name, model in again.items()} == first
        assert not any(model.router.records for model in again.values())
    finally:
        set_llm_cache(None)


async def test_a_limit_on_concurrency_is_kept_plain_and_asynchronous():
    running, most = 0, []

    async def slow(_):
        nonlocal running
        running += 1
        most.append(running)
        await asyncio.sleep(0.002)
        running -= 1
        return "ok"

    model = ChatInterlock(router=scripted_router({"a": [slow] * 40}))
    for batch in (model.abatch, lambda *given: asyncio.to_thread(model.batch, *given)):
        most.clear()
        assert len(await batch(["x"] * 20, {"max_concurrency": 3})) == 20
        assert max(most) == 3


async def test_events_of_a_chain_whose_first_deployment_fails():
    model = ChatInterlock(router=scripted_router({"a": [gone()], "b": ["one two three"]}))
    chain = PROMPT | model | RunnableLambda(lambda message: message.text)
    kinds, words, last = [], [], None
    async for event in chain.astream_events(ASKED, version="v2"):
        kinds.append(event["event"])
        if event["event"] == "on_chat_model_stream":
            words.append(event["data"]["chunk"].text)
        elif event["event"] == "on_chat_model_end":
            last = event["data"]["output"]
    assert "".join(words) == "one two three"
    assert kinds.count("on_chat_model_start") == kinds.count("on_chat_model_end") == 1
    attempts = last.response_metadata["interlock"]["attempts"]
    assert [each["deployment"] for each in attempts] == ["a", "b"]
    assert last.usage_metadata["output_tokens"] == 3


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda model: model.model_copy(deep=True)])
def test_a_copy_asks_the_same_router(copied):
    model = chat("a", "one", "two", temperature=0.5)
    other = copied(model)
    assert other.router is model.router
    assert (other.temperature, other.invoke("x").text) == (0.5, "one")
    bound = copied(model.bind(task="quantitative"))
    assert bound.invoke("x").text == "two"

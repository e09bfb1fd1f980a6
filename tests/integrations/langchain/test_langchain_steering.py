"""Where a call may go, said by field, by call, by binding and by the run; and caches that know it."""

import json

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.exceptions import ContextOverflowError, ModelInvalidRequestError, ModelRateLimitError
from langchain_core.load import dumps, load
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.runnables import ConfigurableField, RunnableLambda
from pydantic import ValidationError

from interlock import (
    AllAttemptsFailed,
    ConfigError,
    Constraints,
    ContextLengthExceeded,
    NoDeployment,
    RateLimited,
    RequestError,
    Router,
    TotalTimeout,
)
from interlock.testing import ScriptedProvider, Step, scripted_router
from langchain_interlock import ChatInterlock

PLACES = {"here": "de", "there": "us"}


def deployments(**more):
    return [
        {"id": name, "model": "openai/gpt-5.5", "provider": "openai-compatible", "region": region}
        | {"base_url": f"http://127.0.0.1:9/{name}", "api_key": f"key-of-{name}"}
        | more
        for name, region in PLACES.items()
    ]


def providers(said="x", times=9):
    return {
        name: ScriptedProvider([Step(said)] * times, name, region=region) for name, region in PLACES.items()
    }


@pytest.fixture
def router():
    return scripted_router(providers())


def went_to(message: AIMessage) -> str:
    return message.response_metadata["interlock"]["deployment"]


def decided(message: AIMessage) -> dict:
    return message.response_metadata["interlock"]["decision"]


US = {"residency": ["us"]}


@pytest.mark.parametrize(
    "steer",
    [
        lambda router: ChatInterlock(router=router, residency="us").invoke("x"),
        lambda router: ChatInterlock(router=router, residency=["us"]).invoke("x"),
        lambda router: ChatInterlock(router=router, constraints=US).invoke("x"),
        lambda router: ChatInterlock(
            router=router, constraints=Constraints(residency=frozenset({"us"}))
        ).invoke("x"),
        lambda router: ChatInterlock(router=router).bind(residency="us").invoke("x"),
        lambda router: ChatInterlock(router=router).invoke("x", constraints=US),
        lambda router: ChatInterlock(router=router).invoke("x", config={"metadata": {"interlock": US}}),
        lambda router: list(ChatInterlock(router=router).stream("x", config={"metadata": {"interlock": US}}))[
            -1
        ],
        lambda router: ChatInterlock(router=router).invoke("x", model="there"),
        lambda router: ChatInterlock(router=router, model="scripted/there").invoke("x"),
        lambda router: (RunnableLambda(lambda text: text) | ChatInterlock(router=router)).invoke(
            "x", config={"metadata": {"interlock": US}}
        ),
        lambda router: RunnableLambda(lambda text: ChatInterlock(router=router).invoke(text)).invoke(
            "x", config={"metadata": {"interlock": US}}
        ),
    ],
)
def test_a_call_can_be_steered(router, steer):
    assert went_to(steer(router)) == "there"


async def test_an_asynchronous_call_can_be_steered(router):
    model = ChatInterlock(router=router)
    config = {"metadata": {"interlock": {"model": "there", "task": "quantitative"}}}
    message = await model.ainvoke("x", config=config)
    assert (went_to(message), decided(message)["task"]) == ("there", "quantitative")


def test_the_nearest_wins_but_constraints_add_up(router):
    model = ChatInterlock(router=router, task="creative_content", residency="eu")
    assert decided(model.invoke("x"))["task"] == "creative_content"
    assert decided(model.invoke("x", task="quantitative"))["task"] == "quantitative"
    config = {"metadata": {"interlock": {"task": "cjk_language"}}}
    assert decided(model.bind(task="quantitative").invoke("x", config=config))["task"] == "cjk_language"
    assert went_to(model.invoke("x", residency=["de", "us"])) == "here"
    with pytest.raises(NoDeployment) as caught:
        model.invoke("x", residency="us")
    assert isinstance(caught.value, ModelInvalidRequestError)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda router: ChatInterlock(router=router, temprature=1), "temprature: .* 'temperature'"),
        (lambda router: ChatInterlock(router=router).invoke("x", taks="quantitative"), "taks: .* 'task'"),
        (lambda router: ChatInterlock(router=router, constraints={"residencies": []}), "residencies"),
        (lambda router: ChatInterlock(router=router, config={}), "not both"),
        (lambda router: ChatInterlock(router="x"), "expected a Router"),
        (
            lambda router: ChatInterlock(router=router).invoke("x", config={"metadata": {"interlock": "us"}}),
            "metadata.interlock: expected a mapping",
        ),
        (
            lambda router: ChatInterlock(router=router).invoke(
                "x", config={"metadata": {"interlock": {"modle": 1}}}
            ),
            "'model'",
        ),
    ],
)
def test_a_mistake_is_named(router, make, complaint):
    with pytest.raises((RequestError, ValidationError), match=complaint):
        make(router)


def test_a_wrong_configuration_is_a_configuration_error():
    with pytest.raises(ConfigError, match="deploymentz"):
        ChatInterlock(config={"deploymentz": []})


def test_settings_reach_the_provider(router):
    provider = ScriptedProvider([Step("x")] * 2, "a")
    model = ChatInterlock(router=scripted_router({"a": provider}), temperature=0, stop=["you"], seed=3)
    model.invoke("x")
    model.invoke("x", stop=["me"], max_completion_tokens=9, extra={"k": 1})
    first, second = (call.request.settings for call in provider.calls)
    assert (first.temperature, first.stop, first.seed) == (0, ("you",), 3)
    assert (second.stop, second.max_tokens, second.extra) == (("me",), 9, {"k": 1})


@pytest.mark.parametrize("door", ["field", "call", "binding"])
def test_no_extra_says_which_model_answers(door):
    provider, extra = ScriptedProvider([Step("x")], "a"), {"model": "deepseek/another"}
    router = scripted_router({"a": provider})
    with pytest.raises((RequestError, ValidationError), match=r"settings\.extra\.model"):
        if door == "field":
            ChatInterlock(router=router, extra=extra)
        elif door == "call":
            ChatInterlock(router=router).invoke("x", extra=extra)
        else:
            ChatInterlock(router=router).bind(extra=extra).invoke("x")
    assert not provider.calls


def test_a_timeout_bounds_a_call():
    model = ChatInterlock(router=scripted_router({"a": [Step("x", delay=30)]}), timeout=0.05)
    with pytest.raises(TotalTimeout, match=r"0\.05"):
        model.invoke("x")


def test_errors_are_langchains_too():
    model = ChatInterlock(
        router=scripted_router({"a": [RateLimited("slow down", status=429, retry_after=3)]})
    )
    with pytest.raises(ModelRateLimitError) as caught:
        model.invoke("x")
    assert isinstance(caught.value, RateLimited)
    assert caught.value.retry_after == 3
    long = ContextLengthExceeded("too long", status=400)
    model = ChatInterlock(
        router=scripted_router({"a": [long], "b": [ContextLengthExceeded("too long", status=400)]})
    )
    with pytest.raises(ContextOverflowError) as caught:
        model.invoke("x")
    assert isinstance(caught.value, AllAttemptsFailed)


def test_everybody_at_a_rate_limit_is_langchains_rate_limit_too():
    limited = [RateLimited("slow down", status=429, retry_after=wait) for wait in (90, 60)]
    model = ChatInterlock(router=scripted_router({"a": limited[:1], "b": limited[1:]}))
    for _ in range(2):
        with pytest.raises(ModelRateLimitError) as caught:
            model.invoke("x")
        assert isinstance(caught.value, RateLimited)
        assert 50 < caught.value.retry_after <= 60
        with pytest.raises(ModelRateLimitError):
            list(model.stream("x"))


def test_the_record_can_be_found_from_the_trace(router):
    from uuid import uuid4

    run = uuid4()
    message = ChatInterlock(router=router).invoke("x", config={"run_id": run})
    record = router.records[-1]
    assert record.metadata == {"langchain_run_id": str(run)}
    assert message.response_metadata["interlock"]["record"] == record.id


@pytest.mark.parametrize("written", ["low_latency", ["low_latency"]])
def test_a_demand_holds_for_a_call_for_a_run_or_for_all_of_them(router, written):
    model = ChatInterlock(router=router)
    ChatInterlock(router=router, demands=written).invoke("x")
    model.invoke("x", demands=written)
    model.invoke("x", config={"metadata": {"interlock": {"demands": written}}})
    model.invoke("x")
    found = [record.decision.facts.demands for record in router.records]
    assert found == [{"low_latency"}, {"low_latency"}, {"low_latency"}, set()]


def counting(name: str):
    """A router whose answers differ, so that one from a cache is known."""
    return scripted_router({name: ScriptedProvider([f"{name} {n}" for n in range(9)], name)})


def test_caches_keep_policies_apart():
    cache = InMemoryCache()
    router = scripted_router({"a": [Step(f"answer {n}") for n in range(30)]})
    model = ChatInterlock(router=router, cache=cache)
    assert model.invoke("x").text == model.invoke("x").text == "answer 0"
    others = [
        lambda: model.invoke("x", task="quantitative"),
        lambda: model.invoke("x", residency="eu"),
        lambda: model.invoke("x", config={"metadata": {"interlock": {"residency": ["de"]}}}),
        lambda: ChatInterlock(router=router, cache=cache, demands=["low_latency"]).invoke("x"),
        lambda: ChatInterlock(router=router, cache=cache, temperature=1).invoke("x"),
        lambda: ChatInterlock(router=counting("b"), cache=cache).invoke("x"),
    ]
    answers = [other().text for other in others]
    assert len({"answer 0", *answers}) == 7
    assert [other().text for other in others] == answers


async def test_caches_keep_policies_apart_asynchronously():
    model = ChatInterlock(router=counting("a"), cache=InMemoryCache())
    steered = {"metadata": {"interlock": {"residency": ["de"]}}}
    assert (await model.ainvoke("x")).text == "a 0"
    assert (await model.ainvoke("x", config=steered)).text == "a 1"
    assert (await model.ainvoke("x", config=steered)).text == "a 1"


def test_keys_of_caches_are_equal_in_every_process(router):
    model = ChatInterlock(router=router, constraints={"deny_vendors": ["a", "b", "c"]})
    one = model._get_llm_string(constraints=Constraints(deny_vendors=frozenset("abcdefg")), tools=[int])
    assert json.loads(one)["constraints"]["deny_vendors"] == list("abcdefg")
    assert json.loads(one)["tools"] == ["builtins.int"]


def test_configurable_fields_keep_the_router(upstream):
    from langchain_standard import configuration

    model = ChatInterlock(config=configuration(upstream.url, "openai"))
    chosen = model.configurable_fields(
        temperature=ConfigurableField("temperature"), model=ConfigurableField("model")
    )
    config = {"configurable": {"temperature": 0.25, "model": "google/gemini-2.5-ultra"}}
    message = chosen.invoke("Hello", config=config)
    assert message.response_metadata["model_name"] == "google/gemini-2.5-ultra"
    assert upstream.seen[-1].settings["temperature"] == 0.25
    made, _ = chosen.prepare(config)
    assert made.router is model.router
    assert [chunk for chunk in chosen.stream("Hello", config=config) if chunk.text]


def test_a_configurable_configuration_makes_another_router():
    one, other = {"deployments": deployments()[:1]}, {"deployments": deployments()[1:]}
    model = ChatInterlock(config=one).configurable_fields(config=ConfigurableField("config"))
    made, _ = model.prepare({"configurable": {"config": other}})
    assert list(made.router.deployments) == ["there"]


@pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning")
def test_a_model_is_written_down_without_its_keys_and_read_again(monkeypatch):
    model = ChatInterlock(
        config={"deployments": deployments(headers={"authorization": "Bearer hidden"})}, temperature=0.5
    )
    written = dumps(model)
    for secret in ("key-of-here", "key-of-there", "hidden"):
        assert secret not in written
        assert secret not in repr(model)
    monkeypatch.setenv("HERE_API_KEY", "k")
    monkeypatch.setenv("THERE_API_KEY", "k")
    read = load(
        json.loads(written), allowed_objects=[ChatInterlock], valid_namespaces=["langchain_interlock"]
    )
    assert read.asdict() == model.asdict()
    assert read.digest == model.digest
    assert not read._router.decide("x").excluded


def test_a_model_over_somebodys_router_says_that_it_cannot_be_written_down(router):
    assert json.loads(dumps(ChatInterlock(router=router)))["type"] == "not_implemented"


def test_a_path_is_a_configuration(tmp_path, monkeypatch):
    path = tmp_path / "routes.yaml"
    path.write_text(json.dumps({"deployments": deployments()}))
    assert list(ChatInterlock(config=path).router.deployments) == ["here", "there"]
    assert ChatInterlock(config=str(path)).digest == Router.from_config(path).digest
    monkeypatch.setenv("INTERLOCK_CONFIG", str(path))
    assert ChatInterlock().digest == Router.from_config(path).digest


def test_tokens_are_counted_without_a_download(router):
    model = ChatInterlock(router=router)
    assert 1 <= model.get_num_tokens("hello there") <= 12
    few = model.get_num_tokens_from_messages([HumanMessage("hello")])
    assert model.get_num_tokens_from_messages([HumanMessage("hello " * 100)]) > few + 50
    tool = {"name": "add", "description": "adds " * 50, "parameters": {"type": "object", "properties": {}}}
    assert model.get_num_tokens_from_messages([HumanMessage("hello")], tools=[tool]) > few + 30
    own = ChatInterlock(router=router, custom_get_token_ids=lambda text: list(range(len(text))))
    assert own.get_num_tokens("four") == 4
    with pytest.raises(NotImplementedError, match="get_num_tokens"):
        model.get_token_ids("x")


def test_what_langchain_is_told_about_the_model(router):
    model = ChatInterlock(router=router, temperature=0.5, stop=["x"])
    assert model._get_ls_params() == {
        "ls_provider": "interlock",
        "ls_model_type": "chat",
        "ls_model_name": "router",
        "ls_temperature": 0.5,
        "ls_stop": ["x"],
    }
    profile = ChatInterlock(config={"deployments": deployments()}).profile
    assert profile["max_input_tokens"] == 128000
    assert profile["structured_output"]
    assert profile["image_inputs"]
    assert profile["audio_inputs"]


def test_a_tool_loop_prefers_where_it_began_and_goes_on_where_it_may(router):
    call = {"name": "add", "args": {}, "id": "c1", "type": "tool_call"}
    began = AIMessage("", tool_calls=[call], response_metadata={"interlock": {"deployment": "there"}})
    loop = [HumanMessage("x"), began, ToolMessage("3", tool_call_id="c1")]
    model = ChatInterlock(router=router)
    assert went_to(model.invoke(loop)) == "there"
    assert went_to(model.invoke([*loop, HumanMessage("y")])) == "here"
    assert went_to(model.invoke(loop, residency="eu")) == "here"  # a preference breaks no rule
    gone = AIMessage("", tool_calls=[call], response_metadata={"interlock": {"deployment": "gone"}})
    assert went_to(model.invoke([loop[0], gone, loop[2]])) == "here"


@pytest.mark.parametrize("way", ["argument", "bound", "run"])
def test_the_record_says_what_the_call_belongs_to(way):
    router = scripted_router({"a": ["ok"]})
    model, belongs = ChatInterlock(router=router), {"run": "order-4711", "step": "greet"}
    if way == "argument":
        model.invoke("Hello.", **belongs)
    elif way == "bound":
        model.bind(**belongs).invoke("Hello.")
    else:
        model.invoke("Hello.", config={"metadata": {"interlock": belongs}})
    assert (router.records[-1].run, router.records[-1].step) == ("order-4711", "greet")


@pytest.mark.parametrize("way", ["argument", "bound", "run"])
def test_a_length_that_the_caller_knows_counts(way):
    router = scripted_router({"a": ["ok"]})
    model, known = ChatInterlock(router=router), {"estimated_tokens": 85_000}
    if way == "argument":
        model.invoke("Summarise what I attach.", **known)
    elif way == "bound":
        model.bind(**known).invoke("Summarise what I attach.")
    else:
        model.invoke("Summarise what I attach.", config={"metadata": {"interlock": known}})
    assert router.records[-1].decision.task == "long_document"

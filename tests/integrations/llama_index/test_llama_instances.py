"""Making an LLM, steering it, asking about it, writing it down and reading it again."""

import ast
import copy
import json
import pickle
from pathlib import Path
from traceback import format_exception
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.callbacks import CallbackManager, TokenCountingHandler
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.rate_limiter import TokenBucketRateLimiter
from pydantic import BaseModel

from interlock import ConfigError, Constraints, NoDeployment, RequestError, Router
from interlock.testing import scripted_providers, scripted_router
from llama_index.llms import interlock as interlock_llms
from llama_index.llms.interlock import Interlock

ASK = [ChatMessage(content="hello")]
LOCAL = {"deployments": [{"id": "here", "model": "local/smollm2-135m", "provider": "local"}]}
CLOUD = {
    "deployments": [
        {
            "id": "eu",
            "model": "mistral/mistral-large-3",
            "provider": "openai-compatible",
            "base_url": "https://eu.example/v1",
            "region": "eu",
            "api_key": "sk-very-secret",
            "headers": {"x-key": "also-secret"},
            "proxy": "http://user:password@proxy.example:3128",
        },
        {
            "id": "us",
            "model": "openai/gpt-5.5",
            "provider": "openai",
            "region": "us",
            "api_key": "env:SOME_KEY",
        },
    ]
}


def scripted(**fields: Any) -> Interlock:
    return Interlock(router=scripted_router({"a": ["one"], "b": ["two"]}), **fields)


def request_of(llm: Interlock) -> Any:
    [call] = [call for provider in scripted_providers(llm.router) for call in provider.calls]
    return call.request


@pytest.mark.parametrize("door", ["field", "call"])
def test_no_extra_says_what_is_asked(door: str) -> None:
    given = {"settings": {"extra": {"messages": [{"role": "user", "content": "something else"}]}}}
    with pytest.raises(RequestError, match=r"settings\.extra\.messages"):
        scripted(**given) if door == "field" else scripted().chat(ASK, **given)


def test_out_of_a_mapping_a_file_or_nothing(tmp_path: Path) -> None:
    file = tmp_path / "interlock.yaml"
    file.write_text(json.dumps(LOCAL))
    llms = [Interlock(LOCAL), Interlock(config=LOCAL), Interlock(str(file)), Interlock(file), Interlock()]
    assert {llm.digest for llm in llms} == {Router.from_config(LOCAL).digest}


def test_what_cannot_be_is_said_at_once() -> None:
    with pytest.raises(ConfigError, match="deployments"):
        Interlock({"deploiments": []})
    with pytest.raises(RequestError, match="Did you mean 'quantitative'"):
        scripted(task="quantitive")
    with pytest.raises(RequestError, match="no model or deployment"):
        scripted(model="zz")
    with pytest.raises(RequestError, match=r"constraints\.residenci"):
        scripted(constraints={"residenci": ["eu"]})
    with pytest.raises(RequestError, match=r"temprature: .*Did you mean 'temperature'"):
        scripted(temprature=1)
    with pytest.raises(RequestError, match=r"max_tokens: .*integer"):
        scripted(max_tokens="many")
    with pytest.raises(ValueError, match="not both"):
        Interlock(LOCAL, router=Router.from_config(LOCAL))


def test_a_mistyped_secret_is_not_repeated() -> None:
    for given in ({"apikey": "sk-very-secret"}, {"seed": "sk-very-secret"}):
        with pytest.raises(RequestError) as caught:
            scripted(**given)
        assert "sk-very-secret" not in "".join(format_exception(caught.value))
    assert "secret" not in repr(Interlock(CLOUD))
    assert "secret" not in str(Interlock(CLOUD))


def test_fields_hold_for_every_call() -> None:
    llm = scripted(
        task="quantitative", temperature=0, max_tokens=9, stop="END", settings={"seed": 4},
        record_metadata={"team": "a"}, constraints=Constraints(on_premise=False, residency={"eu"}),
    )  # fmt: skip
    response = llm.chat(ASK)
    request = request_of(llm)
    assert (request.settings.temperature, request.settings.max_tokens, request.settings.seed) == (0, 9, 4)
    assert request.settings.stop == ("END",)
    assert request.constraints.residency == {"eu"}
    assert response.additional_kwargs["interlock"]["decision"]["task"] == "quantitative"
    assert dict(llm.router.records[0].metadata) == {"team": "a"}


def test_keywords_win_over_fields() -> None:
    llm = scripted(task="quantitative", model="a", temperature=1, record_metadata={"team": "a", "x": "1"})
    response = llm.chat(ASK, task="creative_content", model="b", temperature=0, metadata={"x": 2}, top_p=0.5)
    request = request_of(llm)
    assert (request.settings.temperature, request.settings.top_p) == (0, 0.5)
    about = response.additional_kwargs["interlock"]
    assert (about["deployment"], about["decision"]["task"]) == ("b", "creative_content")
    assert dict(llm.router.records[0].metadata) == {"team": "a", "x": "2"}


@pytest.mark.parametrize("said", [{"residency": "us"}, {"constraints": {"residency": ["us"]}}])
def test_a_call_cannot_loosen_what_the_instance_demands(said: dict[str, Any]) -> None:
    llm = Interlock(CLOUD, constraints={"residency": ["eu"]})
    with pytest.raises(NoDeployment) as caught:
        llm.complete("hello", **said)
    assert set(caught.value.excluded) == {"eu", "us"}


def test_a_keyword_that_means_nothing_is_refused_with_its_neighbour() -> None:
    with pytest.raises(RequestError, match="Did you mean 'temperature'"):
        scripted().chat(ASK, temprature=1)


def test_an_output_is_held_to_its_schema() -> None:
    class City(BaseModel):
        name: str

    llm = Interlock(router=scripted_router({"a": ["Lyon!", '{"name": "Lyon"}']}))
    response = llm.chat(ASK, output=City)
    assert response.message.content == '{"name": "Lyon"}'
    assert len(response.additional_kwargs["interlock"]["attempts"]) == 2


def test_the_window_is_the_smallest_of_those_that_may_answer() -> None:
    cards = [
        {"id": "x/small", "maker": "X", "jurisdiction": "us", "context_window": 8_000},
        {"id": "x/large", "maker": "X", "jurisdiction": "us", "context_window": 200_000},
        {"id": "x/unknown", "maker": "X", "jurisdiction": "us"},
    ]
    places = {"x/small": "us", "x/large": "eu", "x/unknown": "eu"}
    config = {
        "models": cards,
        "deployments": [
            {
                "id": model.removeprefix("x/"),
                "model": model,
                "provider": "openai-compatible",
                "base_url": "http://127.0.0.1:9/v1",
                "region": region,
                "api_key": "k",
                "name": "m",
            }
            for model, region in places.items()
        ],
    }
    assert Interlock(config).metadata.context_window == 8_000
    assert Interlock(config, constraints={"residency": ["eu"]}).metadata.context_window == 200_000
    assert Interlock(config, model="unknown").metadata.context_window == 3_900
    assert Interlock(config, constraints={"residency": ["cn"]}).metadata.context_window == 8_000
    assert Interlock(config, context_window=500).metadata.context_window == 500


def test_it_always_chats_and_calls_functions() -> None:
    metadata = scripted(max_tokens=99).metadata
    assert (metadata.is_chat_model, metadata.is_function_calling_model) == (True, True)
    assert metadata.num_output == 99
    assert scripted().metadata.num_output == -1


def test_what_is_written_down_holds_no_secret_and_reads_back() -> None:
    llm = Interlock(CLOUD, task="quantitative", temperature=0.5, constraints={"residency": ["eu"]})
    written = json.loads(llm.to_json())
    assert "secret" not in json.dumps(written)
    assert "password" not in json.dumps(written)
    first, second = written["config"]["deployments"]
    assert first["proxy"] == "http://proxy.example:3128"
    assert second["api_key"] == "env:SOME_KEY"
    for again in (Interlock.from_dict(written), Interlock.model_validate(written)):
        assert (again.task, again.temperature, again.constraints) == (llm.task, 0.5, llm.constraints)
        assert again.digest == llm.digest
    assert CLOUD["deployments"][0]["api_key"] == "sk-very-secret"


def test_what_was_written_down_over_a_router_needs_one_like_it() -> None:
    llm = scripted(task="quantitative")
    assert Interlock.from_dict(llm.to_dict(), router=llm.router).task == "quantitative"
    with pytest.raises(ValueError, match=r"give config= or router="):
        Interlock.from_dict(llm.to_dict())


def test_two_that_may_answer_differently_are_written_down_differently() -> None:
    assert Interlock(LOCAL).to_dict() == Interlock(LOCAL).to_dict()
    assert Interlock(LOCAL).to_dict() != Interlock(CLOUD).to_dict()
    assert scripted().to_dict() != Interlock(router=scripted_router({"a": ["one"]})).to_dict()


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda llm: llm.model_copy()])
def test_a_copy_asks_the_same_router(copied: Any) -> None:
    llm = scripted(task="quantitative")
    twin = copied(llm)
    assert twin.router is llm.router
    assert twin.task == "quantitative"
    assert twin.chat(ASK).message.content == "one"


def test_a_pickle_makes_a_router_of_its_own() -> None:
    llm = Interlock(LOCAL, task="quantitative")
    twin = pickle.loads(pickle.dumps(llm))
    assert (twin.task, twin.digest) == ("quantitative", llm.digest)
    assert twin.router is not llm.router
    assert b"secret" not in pickle.dumps(Interlock(CLOUD))
    with pytest.raises(TypeError, match="config="):
        pickle.dumps(scripted())


class Gathering(BaseEventHandler):
    seen: list[Any]

    @classmethod
    def class_name(cls) -> str:
        return "Gathering"

    def handle(self, event: Any, **_: Any) -> None:
        self.seen.append(event)


@pytest.fixture
def events() -> Any:
    root, handler = get_dispatcher(), Gathering(seen=[])
    root.add_event_handler(handler)
    yield handler.seen
    root.event_handlers.remove(handler)


@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")
@pytest.mark.parametrize("method", ["chat", "achat", "stream_chat", "astream_chat"])
async def test_events_tell_of_each_chat(method: str, events: list[Any]) -> None:
    llm = scripted()
    given = getattr(llm, method)(ASK)
    given = await given if method.startswith("a") else given
    if "stream" in method:
        _ = [step async for step in given] if method.startswith("a") else list(given)
    names = [event.class_name() for event in events]
    assert names[0] == "LLMChatStartEvent"
    assert names[-1] == "LLMChatEndEvent"
    assert ("LLMChatInProgressEvent" in names) == ("stream" in method)
    assert events[-1].response.raw["interlock"]["deployment"] == "a"
    assert len({event.span_id for event in events}) == 1


@pytest.mark.parametrize("method", ["complete", "acomplete", "stream_complete", "astream_complete"])
async def test_events_tell_of_each_completion(method: str, events: list[Any]) -> None:
    given = getattr(scripted(), method)("hello")
    given = await given if method.startswith("a") else given
    if "stream" in method:
        _ = [step async for step in given] if method.startswith("a") else list(given)
    names = [event.class_name() for event in events]
    assert (names[0], names[-1]) == ("LLMCompletionStartEvent", "LLMCompletionEndEvent")
    assert events[-1].response.text == "one"


def test_counters_get_the_vendors_numbers() -> None:
    counter = TokenCountingHandler()
    llm = scripted(callback_manager=CallbackManager([counter]))
    llm.chat(ASK)
    assert (counter.prompt_llm_token_count, counter.completion_llm_token_count) == (1, 1)
    llm.complete("hello there")
    assert counter.total_llm_token_count == 5


def test_a_rate_limiter_is_asked() -> None:
    llm = scripted(rate_limiter=TokenBucketRateLimiter(requests_per_minute=60))
    assert llm.chat(ASK).message.content == "one"


def test_a_prompt_template_of_ones_own_shapes_completions() -> None:
    llm = scripted(completion_to_prompt=lambda prompt: f"[{prompt}]")
    llm.complete("hello")
    assert request_of(llm).messages[0].text == "[hello]"
    llm = scripted(completion_to_prompt=lambda prompt: f"[{prompt}]")
    llm.complete("hello", formatted=True)
    assert request_of(llm).messages[0].text == "hello"


# What the extra `agents` adds, when it is called.
ADDED_BY_AGENTS = ("account", "places")  # how the names of such files begin


def test_it_stands_on_the_face_alone() -> None:
    package = Path(interlock_llms.__file__).parent
    imported = {
        node.module
        for file in package.glob("*.py")
        if not file.stem.startswith(ADDED_BY_AGENTS)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("interlock")
    }
    assert imported == {"interlock"}
    assert not (package.parent / "__init__.py").exists()
    assert not (package.parent.parent / "__init__.py").exists()
    assert (package / "py.typed").exists()

"""What is personal leaves as a token, and comes back where the answer has one."""

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from echo_vendor import calls, deployment, last, reply, routed
from interlock import ConfigError, GuardrailError, Image, Message, Request, Router, Text, ToolCall, ToolResult
from interlock.protocols import GuardCall
from interlock.requests.passages import passages
from interlock.testing import Received, Reply, Upstream
from interlock_privacy import Options, Privacy

MAIL, OTHER = "ada@example.com", "grace@example.org"
CARD = "4111 1111 1111 1111"
TOKEN = re.compile(r"<[A-Z_]+_[a-z2-7]{8}>")
SEND = {"name": "send", "parameters": {"type": "object", "properties": {"to": {"type": "string"}}}}


def sent(upstream: Upstream) -> str:
    return "\n".join(each.body.decode() for each in upstream.requests)


def tokens(upstream: Upstream) -> list[str]:
    return [found for each in upstream.requests for found in TOKEN.findall(last(each))]


async def plain(router: Router, *args: Any, **options: Any) -> Any:
    return await router.complete(*args, **options)


async def streamed(router: Router, *args: Any, **options: Any) -> Any:
    stream = router.stream(*args, **options)
    text = "".join([chunk.text async for chunk in stream])
    assert stream.response is not None
    assert stream.response.text == text
    return stream.response


async def synchronous(router: Router, *args: Any, **options: Any) -> Any:
    return await asyncio.to_thread(router.complete_sync, *args, **options)


ways = pytest.mark.parametrize("ask", [plain, streamed, synchronous])


@ways
async def test_a_value_leaves_as_a_token_and_comes_back(ask: Any, echo: Upstream) -> None:
    with routed(echo) as router:
        response = await ask(router, f"Write to {MAIL} and {OTHER}; {MAIL} first.")
    assert response.text == f"Write to {MAIL} and {OTHER}; {MAIL} first."
    assert MAIL not in sent(echo)
    first, second, again = tokens(echo)
    assert first == again != second
    noted = response.record.guardrails[0]
    assert (noted.action, noted.category) == ("rewrite", "email")


@ways
async def test_a_value_comes_back_in_the_arguments_of_a_call_whatever_it_is_made_of(ask: Any) -> None:
    arguments = {"to": "{}", "deep": [{"{}": 'a "{}"\n'}]}

    def answer(received: Received) -> Reply:
        token = TOKEN.findall(last(received))[0]
        return calls(received, json.loads(json.dumps(arguments).replace("{}", token)))

    with Upstream(always=answer) as upstream, routed(upstream) as router:
        response = await ask(router, f"Write to {MAIL}.", tools=[SEND])
    (call,) = response.tool_calls
    assert dict(call.arguments) == {"to": MAIL, "deep": [{MAIL: f'a "{MAIL}"\n'}]}


class Person(BaseModel):
    mail: str
    age: int


@ways
async def test_structured_output_is_made_of_the_value(ask: Any) -> None:
    def answer(received: Received) -> Reply:
        return reply(received, json.dumps({"mail": TOKEN.findall(last(received))[0], "age": 36}))

    with Upstream(always=answer) as upstream, routed(upstream) as router:
        response = await ask(router, f"Who is {MAIL}?", output=Person)
    assert response.parsed == Person(mail=MAIL, age=36)


async def test_the_first_text_is_there_before_the_models_last_word() -> None:
    def pausing(received: Received) -> Reply:
        whole = reply(received, last(received))
        return replace(whole, pieces=(*whole.pieces[:4], 600.0, *whole.pieces[4:]))

    with Upstream(always=pausing) as slow, routed(slow) as router:
        async with asyncio.timeout(60), router.stream(f"It rained. {MAIL} says so.") as stream:
            text = ""
            while not text:
                text = (await anext(stream)).text
    assert "It rained.".startswith(text.strip())


@ways
async def test_a_value_is_the_same_in_every_turn_and_in_history(ask: Any, echo: Upstream) -> None:
    with routed(echo) as router:
        first = await ask(router, f"Write to {MAIL}.")
        history = [
            Message("user", f"Write to {MAIL}."),
            Message("assistant", first.text),
            Message("assistant", (ToolCall(id="c1", name="send", arguments={"to": MAIL}),)),
            Message("tool", (ToolResult(id="c1", content=json.dumps({"sent": [MAIL]})),)),
            Message("user", f"And to {MAIL.upper()}?"),
        ]
        second = await ask(router, history, tools=[SEND])
    assert MAIL not in sent(echo).lower()
    assert len(set(TOKEN.findall(sent(echo)))) == 1
    assert second.text == f"And to {MAIL}?"  # as it was written first


@pytest.mark.parametrize("named", [{"run": "a"}, {"metadata": {"session": "a"}}])
async def test_two_sessions_share_no_token(named: Any, echo: Upstream) -> None:
    other = {key: {"session": "b"} if key == "metadata" else "b" for key in named}
    for _ in range(2):
        with routed(echo, {"key": "a key of some length"}) as router:
            for session in (named, other, {}):
                await router.complete(f"Write to {MAIL}.", **session)
    assert len(tokens(echo)) == 6
    assert tokens(echo)[:3] == tokens(echo)[3:]
    assert len(set(tokens(echo))) == 3


async def test_with_another_key_or_none_tokens_are_others(echo: Upstream) -> None:
    for key in ("a key of some length", "another key of length", None):
        with routed(echo, {"key": key} if key else {}) as router:
            await router.complete(f"Write to {MAIL}.")
    assert len(set(tokens(echo))) == 3


async def test_a_token_that_the_caller_wrote_stands_for_nothing(echo: Upstream) -> None:
    with routed(echo, {"key": "a key of some length"}) as router:
        await router.complete(MAIL)
        (mine,) = tokens(echo)
        response = await router.complete(f"{mine} is not {MAIL}")
    assert response.text == f"{mine} is not {MAIL}"


async def test_tokens_that_nobody_knows_are_reported(echo: Upstream) -> None:
    with routed(echo) as router:
        response = await router.complete("<EMAIL_k7q2abcd> and <CARD_b3cdefgh>")
    assert response.text == "<EMAIL_k7q2abcd> and <CARD_b3cdefgh>"
    assert response.record.guardrails[-1].action == "flag"
    assert response.record.guardrails[-1].category == "unknown_token:2"


@pytest.mark.parametrize(
    ("options", "leaves", "comes"),
    [
        ({"default": "mask"}, "***@*******.com, 4111 11** **** 1111", None),
        ({"default": "redact"}, "[EMAIL], [CARD]", None),
        ({"actions": {"card": "mask"}}, "<>, 4111 11** **** 1111", f"{MAIL}, 4111 11** **** 1111"),
        ({"actions": {"email": "flag", "card": "ignore"}}, f"{MAIL}, {CARD}", None),
        ({"kinds": ["email"]}, f"<>, {CARD}", f"{MAIL}, {CARD}"),
        ({"actions": {"email": "ignore"}, "default": "redact"}, f"{MAIL}, [CARD]", None),
    ],
)
async def test_each_kind_is_treated_as_the_configuration_says(
    options: Any, leaves: str, comes: str | None, echo: Upstream
) -> None:
    with routed(echo, options) as router:
        response = await router.complete(f"{MAIL}, {CARD}")
    assert TOKEN.sub("<>", last(echo.requests[0])) == leaves
    assert response.text == (comes or leaves)


async def test_what_is_refused_ends_the_call_and_says_where(echo: Upstream) -> None:
    with (
        routed(echo, {"actions": {"card": "refuse"}}) as router,
        pytest.raises(GuardrailError, match=r"personal data \(card\) stands in messages\[1\]\.parts\[0\]"),
    ):
        await router.complete([Message("system", MAIL), Message("user", CARD)])
    assert not echo.requests


async def test_what_is_flagged_is_in_the_record(echo: Upstream) -> None:
    with routed(echo, {"default": "flag"}) as router:
        response = await router.complete(f"{MAIL}, {CARD}")
    first = response.record.guardrails[0]
    assert (first.action, first.category) == ("flag", "card+email")


@pytest.mark.parametrize("options", [{}, {"instruct": False}])
async def test_the_model_is_told_to_leave_tokens_alone_once_there_are_any(
    options: Any, echo: Upstream
) -> None:
    with routed(echo, options) as router:
        await router.complete("It rained.")
        await router.complete(f"Write to {MAIL}.")
        await router.complete([Message("system", "Be brief."), Message("user", MAIL)])
    roles = [[each["role"] for each in received.json()["messages"]] for received in echo.requests]
    told = bool(options.get("instruct", True))
    assert roles == [["user"], ["system", "user"] if told else ["user"], ["system", "user"]]
    assert ("do not translate" in sent(echo)) is told


PNG = Image(data=b"\x89PNG", media_type="image/png")


@pytest.mark.parametrize(
    "content",
    [
        (Text("What is this?"), PNG),
        (Image(data=b"\x89PNG"),),
        (ToolResult(id="c1", content=(Text("Here:"), PNG)),),
    ],
)
async def test_what_nobody_can_look_into_leaves_only_where_the_configuration_says_so(
    content: Any, echo: Upstream
) -> None:
    role = "tool" if isinstance(content[0], ToolResult) else "user"
    call = Message("assistant", (ToolCall(id="c1", name="send"),))
    asked = [*([call] if role == "tool" else []), Message(role, content)]  # type: ignore[arg-type]
    with routed(echo) as router, pytest.raises(GuardrailError, match="unseen: pass"):
        await router.complete(asked, tools=[SEND])
    assert not echo.requests


async def test_a_picture_leaves_where_the_configuration_says_so(echo: Upstream) -> None:
    vision = deployment(echo, model="openai/gpt-5.5", provider="openai")
    with routed(echo, {"unseen": "pass"}, deployments=[vision]) as router:
        response = await router.complete(Message("user", (Text(MAIL), PNG)))
    assert response.text == MAIL
    assert MAIL not in sent(echo)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"actions": {"emial": "mask"}}, r"guardrails\.privacy\.actions\.emial: .*Did you mean 'email'"),
        ({"kinds": ["emails"]}, r"guardrails\.privacy\.kinds\.emails: .*Did you mean 'email'"),
        ({"actions": {"card": "mask"}, "kinds": ["email"]}, r"actions\.card: card is not among kinds"),
        ({"actions": {"email": "hide"}}, r"guardrails\.privacy\.actions\.email"),
        ({"key": "short"}, r"guardrails\.privacy\.key: a key has at least 16"),
        ({"unseen": "perhaps"}, r"guardrails\.privacy\.unseen"),
        ({"acitons": {}}, r"Did you mean 'actions'"),
    ],
)
def test_a_mistake_in_the_options_is_named_with_the_way_out(options: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        Router.from_config({"guardrails": {"privacy": options}})


def test_a_token_that_is_asked_about_again_is_no_password() -> None:
    """An arbiter shows a model what others have written, and they write tokens as they like."""
    privacy = Privacy(Options())
    request = Request(MAIL)
    verdict: Any = privacy.inspect(GuardCall(passages=passages(request), request=request))
    (token,) = verdict.texts.values()
    again = Request(f"password: {token.strip('<>')}, {MAIL}")
    sealed: Any = privacy.inspect(GuardCall(passages=passages(again), request=again, kept=verdict.kept))
    assert list(sealed.texts.values()) == [f"password: {token.strip('<>')}, {token}"]
    assert sealed.kept == verdict.kept

"""Secrets leave nobody's hands: not in a request, not in an answer, wherever a stream is cut."""

import asyncio
import logging
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chunked import Says, at, every, router_over
from interlock import (
    BlockedAnswer,
    ConfigError,
    GuardrailError,
    InterlockError,
    Message,
    Request,
    Router,
    ToolCall,
    ToolResult,
)
from interlock.protocols import GuardCall
from interlock.records import record_to_plain
from interlock.testing.guarded import ModelDouble, inspected, let_go
from interlock.types.messages import Text
from interlock.types.passages import Passage
from interlock.types.response import Answer
from interlock_guardrails import Secrets, SecretsOptions

KEY = "sk-proj-" + "Zx9" * 11
WORD = "hunter2-Q9!xyz"
PROSE = f'Take api_key = "{KEY}" and then, in the second shell, write password: {WORD} - and close it. ' * 2
SEND = {"name": "send", "parameters": {"type": "object", "properties": {}}}
PIECES = [
    *("password", "Password: ", " = ", WORD, "'correct horse battery1'", '"a b c1 d"', "token", "api key"),
    *("Bearer ", "abcDEF123456789012345678", KEY, "\n", " ", "  ", "mot de passe", ": ", "天气很好"),
    *("密码是", "：", "密码", "パスワード", "postgres://u:pw密码@host:5432/db"),
    "\n-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nDEF=\n-----END RSA PRIVATE KEY-----\n",
    *("-----BEGIN", " EC", " PRIVATE KEY-----", "-----END PRIVATE KEY-----"),
    *("AKIAABCDEFGHIJKLMNOP", "xoxb-1234567890", "a1://u:p@h", "the", " is ", " to ", '"', "'", "`", ">"),
    *("secret access key", "=", "Basic ", "\u200b", "\u00a0", "-", "x" * 50, "(os.environ)", "compass"),
    *("minister", "9", "ghp_" + "aB3" * 12, "9postgres://u:p@h", "eyJhbGci1.eyJzdWIiOi.SflKxwRJSMeKKF2QT4"),
]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map("".join)


@settings(max_examples=400, deadline=None)
@given(text=texts, cuts=st.lists(st.integers(0, 400), max_size=20), blocks=st.booleans())
def test_a_stream_gives_what_the_whole_gives_wherever_it_is_cut(text, cuts, blocks):
    action = "block" if blocks else "mask"
    guardrail = Secrets().configured(SecretsOptions(answer=action))
    verdict = inspected(guardrail, Answer(parts=(Text(text),), finish_reason="stop"), ModelDouble("")).verdict
    due = None if verdict.action == "block" else verdict.texts.get("parts[0]", text)
    for pieces in (at(*cuts)(text), list(text)):
        assert let_go(guardrail, pieces, None) == due


@settings(max_examples=200, deadline=None)
@given(text=texts, cuts=st.lists(st.integers(0, 400), max_size=6))
def test_a_secret_may_be_cut_between_the_parts_of_an_answer(text, cuts):
    guardrail = Secrets().configured(SecretsOptions())
    parts = tuple(map(Text, at(*cuts)(text)))
    joined = inspected(guardrail, Answer(parts=parts, finish_reason="stop"), ModelDouble("")).verdict
    whole = inspected(guardrail, Answer(parts=(Text(text),), finish_reason="stop"), ModelDouble("")).verdict
    told = [joined.texts.get(f"parts[{number}]", part.text) for number, part in enumerate(parts)]
    assert "".join(told) == whole.texts.get("parts[0]", text)


@pytest.mark.parametrize("action", ["mask", "block"])
def test_no_secret_leaves_a_stream_wherever_it_is_cut(action):
    says = Says(text=PROSE, reasoning=PROSE)
    with router_over(says, guardrails={"secrets": {"answer": action}}, rescue="raise") as router:
        for place in range(len(PROSE)):
            says.cut = at(place)
            left = []
            try:
                with router.stream_sync("Which shell?") as stream:
                    left = [(chunk.text, chunk.reasoning) for chunk in stream]
            except InterlockError as error:
                told = str(error)
            else:
                assert action == "mask"
                told = ""
            told += "".join(text + thought for text, thought in left)
            assert KEY[:12] not in told
            assert WORD[:8] not in told
            assert (action == "mask") == ("[SECRET]" in told)


def test_a_stream_is_what_the_plain_call_gives():
    says = Says(text=PROSE, reasoning=PROSE)
    with router_over(says, guardrails={"secrets": {}}) as router:
        plain = router.complete_sync("Which shell?")
        assert plain.text.count("[SECRET]") == plain.reasoning.count("[SECRET]") == 4
        for size in (1, 2, 5, 13):
            says.cut = every(size)
            with router.stream_sync("Which shell?") as stream:
                chunks = list(stream)
            assert stream.response is not None
            assert "".join(chunk.text for chunk in chunks) == stream.response.text == plain.text
            assert "".join(chunk.reasoning for chunk in chunks) == plain.reasoning


def test_most_of_a_stream_leaves_before_its_end():
    guardrail = Secrets()
    text = "It rained all day, and the river rose by a hand. "
    for length in range(60, 200):
        assert len(let_go(guardrail, list((text * 5)[:length]), None, final=False) or "") > length - 12


@pytest.mark.parametrize("size", range(1, 40, 3))
def test_no_tool_call_with_a_secret_is_handed_over(size):
    says = Says(arguments={"to": "ada", "body": f"it is {KEY}", "more": [KEY]}, cut=every(size))
    with router_over(says, guardrails={"secrets": {}}) as router:
        with pytest.raises(InterlockError), router.stream_sync("Send it", tools=[SEND]) as stream:
            assert not any(chunk.tool_calls for chunk in stream)
        with pytest.raises(BlockedAnswer, match=r"a secret stands in parts\[0\].arguments"):
            router.complete_sync("Send it", tools=[SEND])


def test_another_deployment_answers_where_the_first_gave_a_secret():
    guardrails = {"secrets": {"answer": "block"}}
    with router_over(Says(text=PROSE), Says(text="In the vault."), guardrails=guardrails) as router:
        response = router.complete_sync("Where is the key?")
    assert (response.deployment, response.text) == ("b", "In the vault.")
    blocked = [each for each in response.record.guardrails if each.action == "block"]
    assert [(each.guardrail, each.phase, each.category) for each in blocked] == [
        ("secrets", "answer", "secret")
    ]


def test_arguments_may_be_masked():
    says = Says(arguments={"body": f"it is {KEY}", "n": 3})
    with router_over(says, guardrails={"secrets": {"tool_arguments": "mask"}}) as router:
        response = router.complete_sync("Send it", tools=[SEND])
    assert response.tool_calls[0].arguments == {"body": "it is [SECRET]", "n": 3}


def test_a_secret_in_a_request_or_a_tools_result_does_not_leave():
    says = Says(text="Done.")
    messages = [
        Message("user", f"The key is {KEY}."),
        Message("assistant", (ToolCall(id="c1", name="send", arguments={"n": 1}),)),
        Message("tool", (ToolResult(id="c1", content=f'{{"log": "password: {WORD}"}}'),)),
    ]
    with router_over(says, guardrails={"secrets": {}}) as router:
        response = router.complete_sync(messages, tools=[SEND])
    sent = str(says.asked)
    assert KEY not in sent
    assert WORD not in sent
    assert sent.count("[SECRET]") == 2
    phases = {each.phase: each.action for each in response.record.guardrails}
    assert phases["request"] == phases["tool_result"] == "rewrite"


def test_a_secret_that_names_something_keeps_calls_and_results_together():
    says = Says(text="Done.")
    messages = [
        Message("user", "Go."),
        Message("assistant", (ToolCall(id=KEY, name="send", arguments={}),)),
        Message("tool", (ToolResult(id=KEY, content="sent"),)),
    ]
    with router_over(says, guardrails={"secrets": {}}) as router:
        router.complete_sync(messages, tools=[SEND])
    told = says.asked[0]["messages"]
    assert told[1]["tool_calls"][0]["id"] == told[2]["tool_call_id"] == "SECRET_1"


@pytest.mark.parametrize("phase", ["request", "tool_result", "answer", "tool_arguments"])
def test_flagged_passes_and_is_recorded(phase):
    said = f"The key is {KEY}."
    messages = [
        Message("user", said if phase == "request" else "Go."),
        Message("assistant", (ToolCall(id="c1", name="send", arguments={}),)),
        Message("tool", (ToolResult(id="c1", content=said if phase == "tool_result" else "sent"),)),
    ]
    arguments = {"body": said} if phase == "tool_arguments" else None
    says = Says(text=said if phase == "answer" else "Done.", arguments=arguments)
    actions = dict.fromkeys(("request", "tool_result", "answer", "tool_arguments"), "flag")
    with router_over(says, guardrails={"secrets": actions}) as router:
        response = router.complete_sync(messages, tools=[SEND])
    flagged = [each for each in response.record.guardrails if each.action == "flag"]
    assert [(each.phase, each.category, each.score) for each in flagged] == [(phase, "secret.openai", 1.0)]


def test_a_planted_secret_is_in_no_record_no_log_and_no_error(caplog):
    caplog.set_level(logging.DEBUG)
    guardrails = {"secrets": {"request": "block", "answer": "block"}}
    with router_over(Says(text=PROSE), guardrails=guardrails) as router:
        for prompt in ("Which shell?", f"Is {KEY} right?"):
            with pytest.raises(InterlockError) as caught:
                router.complete_sync(prompt)
            told = [str(caught.value), repr(caught.value), *traceback.format_exception(caught.value)]
            told += [str(record_to_plain(record)) for record in router.records]
            told.append(caplog.text)
            assert not any(KEY in each or WORD in each for each in told)
        assert isinstance(caught.value, GuardrailError)


def test_nothing_to_look_at_is_refused():
    ignored = dict.fromkeys(("request", "tool_result", "answer", "tool_arguments"), "ignore")
    with pytest.raises(ConfigError, match=r"guardrails.secrets: .*nothing is looked at"):
        Router.from_config({"guardrails": {"secrets": ignored}})
    with pytest.raises(ConfigError, match=r"guardrails.secrets.answer: expected .*block.*mask"):
        Router.from_config({"guardrails": {"secrets": {"answer": "hide"}}})


def test_a_long_text_is_looked_into_a_slice_at_a_time():
    text = f"It rained. The key is {KEY}, they say. " * 2_000
    guardrail = Secrets()

    async def told():
        turns = 0

        async def others():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        beside = asyncio.create_task(others())
        answer = Answer(parts=(Text(text),), finish_reason="stop")
        passage = Passage(phase="answer", where="parts[0]", text=text)
        verdict = await guardrail.inspect(
            GuardCall(passages=(passage,), request=Request("Go"), answer=answer)
        )
        beside.cancel()
        return verdict, turns

    verdict, turns = asyncio.run(told())
    assert verdict.texts["parts[0]"] == text.replace(KEY, "[SECRET]")
    assert turns > 1

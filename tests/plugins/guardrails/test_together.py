"""Several guardrails on one answer: each sees what the one before has left, streamed or not."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunked import Says, at, every, router_over
from interlock import GuardrailError, InterlockError

KEY = "sk-proj-" + "Zx9" * 11
LONG = "k7Q-Zx9pLm2w" * 22
PIECES = [
    *(
        "The key is ",
        KEY,
        " and ",
        " password: hunter2-x9! ",  # a word that another runs into names nothing
        "election ",
        "It rains. ",
        "今天 ",
        "\n",
        "api_key = ",
    ),
    *(
        "'two words1'",
        "prime ",
        "minister",
        "Write to ada@example.com. ",
        "Bearer ",
        "abcDEF12345678901234567 ",
    ),
    *('"' + LONG + '" ', LONG + " "),
]
GUARDRAILS = {
    "secrets": {},
    "length": {"answer": {"max_words": 12, "min_characters": 3}},
    "topics": {"denied": {"politics": ["election", "prime minister"]}, "phases": ["answer"]},
    "privacy": {},
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join),
    cuts=st.lists(st.integers(0, 400), max_size=12),
)
def test_wherever_a_stream_is_cut_it_is_what_the_plain_call_gives(talk, text, cuts):
    says, router = talk
    says.asked.clear()
    says.text, says.reasoning, says.cut = text, text[: len(text) // 2], at(*cuts)
    plain = outcome(lambda: router.complete_sync("Say it, ada@example.com."))
    streamed = outcome(lambda: through(router))
    assert streamed == plain
    assert KEY not in str(streamed)
    assert "hunter2" not in str(streamed)


@pytest.fixture(scope="module")
def talk():
    says = Says()
    with router_over(says, guardrails=GUARDRAILS, rescue="raise") as router:
        yield says, router


def through(router):
    left = ["", ""]
    with router.stream_sync("Say it, ada@example.com.") as stream:
        for chunk in stream:
            left[0] += chunk.text
            left[1] += chunk.reasoning
    assert stream.response is not None
    assert (stream.response.text, stream.response.reasoning) == tuple(left)
    return stream.response


def outcome(ask):
    try:
        response = ask()
    except InterlockError:
        return "stopped"
    return response.text, response.reasoning


def test_pieces_are_read_as_they_are_cut():
    says = Says(text="It rained all day.", reasoning="Look outside.", cut=every(4))
    with router_over(says) as router, router.stream_sync("Weather?") as stream:
        chunks = list(stream)
    assert [chunk.text for chunk in chunks if chunk.text] == every(4)(says.text)
    assert [chunk.reasoning for chunk in chunks if chunk.reasoning] == every(4)(says.reasoning)


def test_those_that_mask_come_first_and_the_others_see_what_they_left():
    guardrails = {"secrets": {}, "topics": {"denied": {"a": ["hunter2"]}, "phases": ["answer"]}}
    with router_over(Says(text="password: hunter2-x9!"), guardrails=guardrails) as router:
        assert router.complete_sync("Say it").text == "password: [SECRET]"


def test_a_guardrail_that_fails_is_recorded_and_stops_the_call(monkeypatch):
    from interlock_privacy.detection import Secrets as Detection

    def fail(*_):
        raise RuntimeError(KEY)

    with router_over(Says(text="Rain."), guardrails={"secrets": {}}) as router:
        monkeypatch.setattr(Detection, "find", fail)
        with pytest.raises(GuardrailError, match=r"secrets stopped the call \(RuntimeError\)") as caught:
            router.complete_sync("Weather?")
        assert KEY not in str(caught.value)
        (noted,) = router.records[-1].guardrails
        assert (noted.guardrail, noted.action, noted.error) == ("secrets", "failed", "RuntimeError")
    with router_over(Says(text="Rain."), guardrails={"secrets": {"on_error": "pass"}}) as router:
        response = router.complete_sync("Weather?")
        assert {each.action for each in response.record.guardrails} == {"skipped"}


@pytest.mark.parametrize("said", [f'api_key = "{LONG}" ', f"api_key = {LONG} ", f'password: "{LONG} {LONG}'])
def test_nothing_of_a_long_secret_leaves_wherever_a_stream_is_cut(talk, said):
    says, router = talk
    says.text, says.reasoning = f"It is {said}", ""
    for cut in range(1, len(says.text), 5):
        says.cut = at(cut)
        assert "k7Q" not in str(outcome(lambda: through(router)))

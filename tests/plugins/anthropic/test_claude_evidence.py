"""Where Anthropic says that it made an answer, plain and streamed."""

from typing import Any

import pytest

TEXT = {"type": "text", "text": "Hello, wide world."}
USED = {"input_tokens": 10, "output_tokens": 5}


@pytest.mark.parametrize(
    ("said", "evidenced"),
    [
        ("us", "us"),
        ("global", "global"),
        ("eu", "eu"),
        ("not_available", None),
        (None, None),
        ("", None),
        (["us"], None),
        (7, None),
    ],
)
def test_plain_and_streamed_answers_say_where_they_were_made(claude: Any, said: Any, evidenced: str | None):
    message = claude.message(TEXT, usage={**USED, "inference_geo": said})
    plain = claude.decode(message)
    assert plain.evidenced == evidenced
    for seed in range(5):
        assert claude.fold([claude.wire(claude.events(message, seed))]) == plain


def test_an_answer_that_says_nothing_is_no_evidence(claude: Any):
    assert claude.decode(claude.message(TEXT)).evidenced is None


def test_a_stream_says_so_before_its_first_word(claude: Any):
    message = claude.message(TEXT, usage={**USED, "inference_geo": "us"})
    decoder = claude.codec.decoder(claude.call())
    first = next(iter(decoder.feed(claude.wire(claude.events(message)[:1]))))
    assert (first.evidenced, first.text) == ("us", "")


def test_what_is_said_at_the_end_counts(claude: Any):
    message = claude.message(TEXT, usage={**USED, "inference_geo": "us"})
    events = claude.events(message)
    events[-2]["usage"] = {**USED, "inference_geo": "global"}
    assert claude.fold([claude.wire(events)]).evidenced == "global"


def test_an_end_that_says_nothing_takes_nothing_back(claude: Any):
    events = claude.events(claude.message(TEXT, usage={**USED, "inference_geo": "us"}))
    events[-2]["usage"] = {"output_tokens": 5, "inference_geo": None}
    assert claude.fold([claude.wire(events)]).evidenced == "us"

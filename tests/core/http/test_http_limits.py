"""The limits that vendors announce in their headers: read where they can be, never believed too much."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.http import HttpClient
from interlock.http.announced import announced, seconds_to

NOW = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC).timestamp()


def read(headers):
    """Each limit as kind, what is left, and seconds to its reset."""
    return [(each.kind, each.left, seconds_to(each.reset, 0.0, lambda: NOW)) for each in announced(headers)]


@pytest.mark.parametrize(
    ("headers", "limits"),
    [
        pytest.param(
            {
                "x-ratelimit-limit-requests": "60",
                "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-remaining-tokens": "149984",
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            [("requests", 59, 1.0), ("tokens", 149_984, 360.0)],
            id="openai",
        ),
        pytest.param(
            {
                "x-ratelimit-remaining-requests": "14370",
                "x-ratelimit-reset-requests": "2m59.56s",
                "x-ratelimit-remaining-tokens": "17997",
                "x-ratelimit-reset-tokens": "7.66s",
            },
            [("requests", 14_370, 179.56), ("tokens", 17_997, 7.66)],
            id="groq",
        ),
        pytest.param(
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-05-04T12:00:07Z",
                "anthropic-ratelimit-input-tokens-remaining": "12000",
                "anthropic-ratelimit-input-tokens-reset": "2026-05-04T12:00:30Z",
                "anthropic-ratelimit-output-tokens-remaining": "3000",
                "anthropic-ratelimit-output-tokens-reset": "2026-05-04T11:59:00Z",
            },
            [("requests", 0, 7.0), ("tokens", 12_000, 30.0), ("output tokens", 3_000, 0.0)],
            id="anthropic",
        ),
        pytest.param(
            {"x-ratelimit-remaining-tokens-minute": "4999911", "x-ratelimit-remaining-req-minute": "717"},
            [("tokens", 4_999_911, 60.0), ("requests", 717, 60.0)],
            id="mistral: the window stands in the name",
        ),
        pytest.param(
            {
                "x-ratelimit-remaining-requests-day": "9",
                "x-ratelimit-reset-requests-day": "33011.38",
                "x-ratelimit-remaining-tokens-minute": "5",
                "x-ratelimit-reset-tokens-minute": "11.38",
            },
            [("requests", 9, 33_011.38), ("tokens", 5, 11.38)],
            id="cerebras",
        ),
        pytest.param(
            {
                "x-ratelimit-remaining-tokens-prompt": "1",
                "x-ratelimit-reset-tokens-prompt": "5",
                "x-ratelimit-remaining-tokens-generated": "2",
                "x-ratelimit-reset-tokens-generated": "5",
            },
            [("tokens", 1, 5.0), ("output tokens", 2, 5.0)],
            id="fireworks",
        ),
        pytest.param(
            {"x-ratelimit-remaining": "3", "x-ratelimit-reset": str(int(NOW + 20) * 1000)},
            [("requests", 3, 20.0)],
            id="openrouter: milliseconds since the epoch",
        ),
        pytest.param(
            {"x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "0"},
            [],
            id="azure: minus one is not known",
        ),
        pytest.param(
            {"ratelimit": '"burst";r=50;t=30, "day";r=0;t=400', "ratelimit-policy": '"burst";q=100;w=60'},
            [("requests", 50, 30.0), ("requests", 0, 400.0)],
            id="the standard",
        ),
        pytest.param(
            {
                "ratelimit": '"a";r=7;t=3, "b";r=1;t=1, "c";r=2;t=2',
                "ratelimit-policy": '"a";q=9;qu="input-tokens", "b";q=1;qu="content-bytes", '
                '"c";q=5;qu="concurrent-requests"',
            },
            [("tokens", 7, 3.0)],
            id="the standard's units",
        ),
        pytest.param(
            {"ratelimit": "limit=9, remaining=4, reset=5"}, [("requests", 4, 5.0)], id="seventh draft"
        ),
        pytest.param(
            {"ratelimit-limit": "9", "ratelimit-remaining": "4", "ratelimit-reset": "5"},
            [("requests", 4, 5.0)],
            id="sixth draft",
        ),
        pytest.param({"content-type": "application/json"}, [], id="nothing announced"),
        pytest.param({"x-ratelimit-remaining-requests": "0"}, [], id="no reset"),
        pytest.param({"x-ratelimit-remaining-images": "0", "x-ratelimit-reset-images": "5"}, [], id="images"),
    ],
)
def test_limits_are_read_as_vendors_write_them(headers, limits):
    assert read(headers) == limits


NAMES = st.sampled_from(
    [
        "ratelimit",
        "ratelimit-policy",
        "ratelimit-remaining",
        "ratelimit-reset",
        *(
            f"x-ratelimit-{word}{what}"
            for word in ("remaining", "reset")
            for what in ("", "-requests", "-tokens")
        ),
        *(f"anthropic-ratelimit-tokens-{word}" for word in ("remaining", "reset")),
    ]
)
PIECES = st.sampled_from(
    ['"a"', '"', ";", ",", "=", "r=1", "t=2", "qu=", "-1", "1e9", "9" * 30, "\u0663", " ", "5s"]
)
VALUES = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=40).map("".join))


@given(st.dictionaries(st.one_of(NAMES, st.text(max_size=30)), VALUES, max_size=12), st.floats(0, 1e6))
def test_whatever_a_server_writes_the_limits_are_few_and_sane(headers, age):
    limits = announced(headers)
    assert len(limits) <= 16
    for each in limits:
        assert 0 <= each.left < 10**15
        seconds = seconds_to(each.reset, age)
        assert seconds is None or 0 <= seconds <= 86_400


@given(st.integers(1, 100_000))
def test_a_long_value_is_not_read_to_its_end(length):
    assert len(announced({"ratelimit": '"a";r=1;t=1,' * length})) <= 16
    assert announced({"ratelimit": '"' * length}) == ()


async def test_the_headers_of_every_reply_are_shown_with_the_deployment(kit, serve):
    seen = []
    kit.client = HttpClient(observe=lambda deployment, headers: seen.append((deployment, headers["x-left"])))
    for status, left in (("200 OK", "2"), ("429 Slow Down", "1"), ("500 Broken", "0")):
        upstream = await serve(kit.reply(status=status, headers=f"X-Left: {left}\r\n"))
        await kit.send(upstream.url)
    upstream = await serve(kit.reply(headers="X-Left: 9\r\n"))
    async with kit.stream(upstream.url) as reply:
        assert seen[-1] == ("here", "9"), "a stream's headers are known before its body"
        assert [piece async for piece in reply] == [b"ok"]
    assert seen == [("here", "2"), ("here", "1"), ("here", "0"), ("here", "9")]

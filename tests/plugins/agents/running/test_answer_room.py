"""How long an answer may be where nobody says it: no longer than somebody has room for."""

import pytest

from interlock import Request
from interlock.testing import scripted_router
from interlock_agents.running.answer_room import with_room

MOST = 4096


def limit_of(request: Request, *windows: int) -> int | None:
    names = [f"d{number}" for number in range(len(windows))]
    router = scripted_router(
        {name: ["ok"] for name in names},
        deployments={
            name: {"context_window": window, "region": "eu"}
            for name, window in zip(names, windows, strict=True)
        },
    )
    return with_room(router, request, MOST).settings.max_tokens


@pytest.mark.parametrize(
    ("windows", "limit"),
    [
        ((128_000,), MOST),
        ((4096,), 2048),
        ((2048,), 1024),
        ((4096, 128_000), MOST),
        ((400,), 256),
        ((200,), MOST),  # nothing has room for an answer worth having
    ],
)
def test_it_is_halved_until_somebody_has_the_room(windows, limit):
    assert limit_of(Request("Hello."), *windows) == limit


def test_what_a_node_says_stays():
    assert limit_of(Request("Hello.", settings={"max_tokens": 5000}), 4096) == 5000


def test_what_nobody_may_serve_for_another_reason_is_left_as_it_is():
    assert limit_of(Request("Hello.", constraints={"residency": ["us"]}), 4096) == MOST

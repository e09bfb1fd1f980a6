"""How long to wait, out of a vendor's words."""

import pytest

from interlock import RateLimited, Unavailable
from interlock.http import error_for
from interlock.http.waits import wait_in_words


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Rate limit reached. Please try again in 6.2s. Visit https://example.org", 6.2),
        ("Please retry after 22 seconds.", 22),
        ("Please try again in 7m12s.", 432),
        ("Please try again in 1h2m3.5s", 3723.5),
        ("Please try again in 340ms", 0.34),
        ("Please retry in 34.07s.", 34.07),
        ("Please wait 5 minutes and come back", 300),
        ("Retry your request after 2 seconds", 2),
        ("try again in a few seconds", None),
        ("Limit 30000 tokens per 60s", None),
        ("retry after 12 sections", None),
        ("You may wait.", None),
        ("", None),
        (None, None),
    ],
)
def test_words(words: str | None, seconds: float | None) -> None:
    assert wait_in_words(words) == (seconds if seconds is None else pytest.approx(seconds))


def test_a_429_that_says_it_in_words_is_waited_for_and_headers_go_first() -> None:
    words = "Please try again in 6.2s."
    error = error_for(status=429, headers={}, vendor_message=words)
    assert isinstance(error, RateLimited)
    assert error.retry_after == pytest.approx(6.2)
    assert error_for(status=429, headers={"retry-after": "3"}, vendor_message=words).retry_after == 3
    assert isinstance(error_for(status=503, headers={}, vendor_message=words), Unavailable)
    assert error_for(status=400, headers={}, vendor_message=words).retry_after is None


def test_it_is_never_longer_than_a_day() -> None:
    assert error_for(status=429, headers={}, vendor_message="try again in 9000h").retry_after == 86_400

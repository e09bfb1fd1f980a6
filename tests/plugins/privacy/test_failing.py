"""Where nobody could look, nothing leaves; and nothing that was read is told of by what went wrong."""

import time
import traceback
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from echo_vendor import deployment
from interlock import GuardrailError, Router, hookimpl
from interlock.testing import Upstream
from interlock.types.findings import Finding
from interlock_privacy import Options, Privacy
from interlock_privacy.detection import Detector

MAIL = "ada@example.com"


class Broken:
    """A detector that does whatever it is told."""

    def __init__(self, does: Any) -> None:
        self._does = does

    def find(self, text: str) -> Any:
        if self._does is None:
            raise ValueError(f"cannot read {text}") from KeyError(text)
        return self._does(text) if callable(self._does) else self._does


class Offers:
    def __init__(self, finder: Any) -> None:
        self._offered = Privacy(finder=finder)

    @hookimpl
    def interlock_guardrails(self) -> Iterable[Any]:
        return [self._offered]


def found(**changes: Any) -> Sequence[Finding]:
    return [Finding(**({"kind": "email", "rule": "x", "start": 0, "end": 3, "value": MAIL} | changes))]


def routed(upstream: Upstream, finder: Any) -> Router:
    config = {
        "deployments": [deployment(upstream)],
        "guardrails": {"privacy": {}},
        "plugins": {"disabled": ["interlock-privacy"]},
    }
    return Router.from_config(config, plugins=[Offers(finder)])


RUBBISH = {
    "raises": None,
    "nothing": lambda _: None,
    "a word": "rubbish",
    "no findings": [1],
    "a finding beyond the end": found(end=10_000),
    "a finding before the beginning": found(start=-1),
    "an empty finding": found(end=0),
    "two that overlap": [*found(), *found(start=1)],
    "text for a place": found(start="0"),
    "no kind": found(kind=""),
    "what cannot be gone through": object(),
}


@pytest.mark.parametrize("size", [1, 6_000])
@pytest.mark.parametrize("does", RUBBISH.values(), ids=RUBBISH)
async def test_a_detector_that_fails_ends_the_call_and_says_nothing_of_the_text(
    does: Any, size: int, echo: Upstream
) -> None:
    async with routed(echo, Broken(does)) as router:
        with pytest.raises(GuardrailError) as caught:
            await router.complete(f"Write to {MAIL}. " * size)
        told = repr(router.records[-1])
    assert not echo.requests
    error: BaseException | None = caught.value
    assert MAIL not in "".join(traceback.format_exception(error))
    while error is not None:
        told += f"{error!r} {error} {vars(error)}"
        assert error.__cause__ is error.__context__  # no other way leads on
        error = error.__cause__
    assert MAIL not in told


async def test_a_detector_that_takes_too_long_ends_the_call(echo: Upstream) -> None:
    class Slow:
        def find(self, text: str) -> Sequence[Finding]:
            time.sleep(0.01)
            return ()

    config = {
        "deployments": [deployment(echo)],
        "guardrails": {"privacy": {"timeout": 0.05}},
        "plugins": {"disabled": ["interlock-privacy"]},
    }
    async with Router.from_config(config, plugins=[Offers(Slow())]) as router:
        with pytest.raises(GuardrailError, match="took longer"):
            await router.complete("It rained. " * 20_000)
    assert not echo.requests


def test_nothing_of_what_is_kept_shows() -> None:
    from interlock import Request
    from interlock.protocols import GuardCall
    from interlock.requests.passages import passages

    privacy = Privacy(Options())
    request = Request(MAIL)
    verdict: Any = privacy.inspect(GuardCall(passages=passages(request), request=request))
    told = f"{verdict!r} {verdict.kept!r} {privacy!r} {privacy.inspect!r}"
    assert MAIL not in told
    assert not any(code in told for code in verdict.kept.spelled)
    assert MAIL not in repr(Detector().find(MAIL))

"""A stranger's code may raise what it likes; an interrupt of the user's is the user's."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from interlock import hookimpl
from interlock.plugins.running import attempt
from interlock.testing import scripted_router

Publish = Callable[..., None]


def raising(error: BaseException) -> Callable[[], Any]:
    def code() -> Any:
        raise error

    return code


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt, GeneratorExit])
def test_whatever_it_raises_is_handed_back(kind: type[BaseException]) -> None:
    error = kind("mine")
    assert attempt(raising(error)) == (None, error)
    assert attempt(lambda: 3) == (3, None)


def test_an_interrupt_of_the_users_ends_the_import(publish: Publish) -> None:
    publish(
        "slow_to_load",
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nfor _ in range(10**6): pass\n",
    )
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        scripted_router({"own": []})
    assert signal.getsignal(signal.SIGINT) is before


def test_a_handler_that_the_code_sets_stays() -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        attempt(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        os.kill(os.getpid(), signal.SIGINT)
        assert attempt(raising(KeyboardInterrupt()))[1]
    finally:
        signal.signal(signal.SIGINT, before)


def test_it_may_run_in_any_thread() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(attempt(raising(KeyboardInterrupt("x")))))
    thread.start()
    thread.join()
    [(_, error)] = found
    assert str(error) == "x"


async def test_a_hook_that_exits_is_reported_and_the_others_go_on() -> None:
    class Leaver:
        @hookimpl
        def interlock_providers(self) -> Any:
            raise SystemExit("bye")

        @hookimpl
        def interlock_classifiers(self) -> Any:
            yield 3
            raise KeyboardInterrupt

    router = scripted_router({"own": ["still here"]}, plugins=[Leaver()])
    [report] = [each for each in router.wiring.host.reports if each.name == "Leaver"]
    assert report.failures == [
        "interlock_providers raised SystemExit: bye",
        "interlock_classifiers raised KeyboardInterrupt",
    ]
    assert (await router.complete("hi")).text == "still here"

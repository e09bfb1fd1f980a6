"""Errors leave the process that raised them, as a pool of processes or a queue of jobs asks of them."""

import copy
import inspect
import pickle
import traceback

import pytest

from interlock import StreamInterrupted, errors
from interlock.testing import scripted_router

FACTS = {
    "excluded": {"a": "processed in us; the residency allows eu only"},
    "retry_after": 2.5,
    "resets_at": 1_700_000_000.0,
    "causes": (errors.Unavailable("503", status=503),),
    "text": "{",
    "guardrail": "pii",
    "setting": "temperature",
    "key": "model",
    "status": 429,
    "limit": 3,
}


def made(kind):
    taken = inspect.signature(kind.__init__).parameters
    error = kind("what happened", **{name: fact for name, fact in FACTS.items() if name in taken})
    error.add_note("seen in a worker")
    return error


@pytest.mark.parametrize("copied", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize("name", [name for name in errors.__all__ if name != "StreamInterrupted"])
def test_an_error_keeps_its_class_and_its_facts_in_another_process(name, copied):
    error = made(getattr(errors, name))
    twin = copied(error)
    assert type(twin) is type(error)
    assert (str(twin), twin.args) == (str(error), error.args)
    assert {**vars(twin), "causes": ()} == {**vars(error), "causes": ()}
    assert [str(cause) for cause in vars(twin).get("causes", ())] == ["503"] * hasattr(error, "causes")


async def test_an_interrupted_stream_takes_what_was_delivered_along():
    broken = errors.ConnectionFailed("the connection broke")
    router = scripted_router({"a": [["The train ", broken]]}, rescue="raise")
    with pytest.raises(StreamInterrupted) as caught:
        async for _ in router.stream("When does the train leave?"):
            pass
    twin = pickle.loads(pickle.dumps(caught.value))
    assert twin.partial.text == "The train "
    assert [attempt.error.kind for attempt in twin.attempts] == ["ConnectionFailed"]


def test_a_traceback_names_the_path_that_callers_import():
    said = "".join(traceback.format_exception_only(errors.RateLimited("429 from the vendor")))
    assert said == "interlock.errors.RateLimited: 429 from the vendor\n"

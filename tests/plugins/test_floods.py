"""An upstream that goes on without end is ended by a limit, in every dialect, whatever it sends."""

import asyncio
import gc
import gzip
import json
import time

import pytest

from event_stream import exception
from every_dialect import ANTHROPIC, BEDROCK, GOOGLE, OPENAI
from floods import FLOODS, dense
from interlock import (
    AnswerTooLarge,
    InterlockError,
    InvalidRequest,
    ProtocolError,
    Router,
    StreamInterrupted,
)
from interlock.assembly import assemble
from interlock.testing import Upstream
from interlock.testing.upstream import End, Reply
from interlock.types.json_reader import load_json

CAP = 20_000
AMPLE = 20.0
"""Seconds in which anything here has ended even on a machine with other things to do; some take as many
milliseconds."""
BY_NAME = {dialect.name: dialect for dialect in (OPENAI, ANTHROPIC, GOOGLE, BEDROCK)}
MODELS = {
    "openai": "openai/gpt-5.5",
    "anthropic": "anthropic/claude-4-opus",
    "google": "google/gemini-2.5-ultra",
    "bedrock": "anthropic/claude-4-opus",
}
# What the answers call.
TOOLS = [{"name": name} for name in ("look", "search", "look_0", "look_1")]
every = pytest.mark.parametrize("name", BY_NAME)


def router(name, upstream, **config):
    dialect = BY_NAME[name]
    deployment = {
        "id": "a",
        "model": MODELS[name],
        "provider": name,
        "name": dialect.model,
        "base_url": f"{upstream.url}/v1",
        "region": dialect.region,
        "api_key": "k",
    }
    config = {"deployments": [deployment], "retries": {"max": 0}, **config}
    return Router(assemble(config, environ={}))


async def whole(routed):
    return await routed.complete("hello", tools=TOOLS)


async def streamed(routed):
    async with routed.stream("hello", tools=TOOLS) as stream:
        async for _ in stream:
            pass
    return stream.response


ways = pytest.mark.parametrize("way", [whole, streamed])


@pytest.mark.parametrize("word", ["a", "word" * 60], ids=["small steps", "large steps"])
@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kinds in FLOODS.items() for kind in kinds])
async def test_a_stream_without_end_is_refused_once_it_is_too_large(name, kind, word):
    first, again = FLOODS[name][kind]
    # Many events in one piece: what is there at once is no less than what comes bit by bit.
    piece = b"".join(Reply.events(again(word)).body for _ in range(500))
    times = 2 + (CAP + 100_000) // len(piece)
    times += CAP // (500 * len(word)) if kind not in ("nothing", "pings") else 0
    reply = Reply.events(*first, *[piece] * times, End.SILENCE)
    began = time.monotonic()
    with Upstream(always=reply) as upstream:
        async with router(name, upstream, content={"largest_answer": CAP}) as routed:
            with pytest.raises(InterlockError) as caught:
                await streamed(routed)
    failure = caught.value.__cause__ if isinstance(caught.value, StreamInterrupted) else caught.value
    assert isinstance(failure, AnswerTooLarge)
    assert failure.limit == CAP
    assert "content.largest_answer" in str(failure)
    assert time.monotonic() - began < AMPLE


@every
@ways
async def test_a_limit_of_its_own_counts_for_a_deployment(name, way):
    with Upstream(always=Reply.json(BY_NAME[name].answers[0])) as upstream:
        async with router(name, upstream) as routed:
            assert (await way(routed)).deployment == "a"
        config = router(name, upstream).wiring.config
        small = config.deployments[0].model_copy(update={"largest_answer": 100})
        async with router(name, upstream, deployments=[small.model_dump(exclude_unset=True)]) as routed:
            with pytest.raises(AnswerTooLarge) as caught:
                await way(routed)
    assert caught.value.limit == 100


@every
@ways
@pytest.mark.parametrize("kind", ["lists", "escapes", "names"])
async def test_a_body_full_of_values_ends_in_an_error_or_an_answer(name, way, kind):
    body = json.dumps(BY_NAME[name].answers[0])[:-1] + f', "more": {dense(200_000)[kind]}}}'
    reply = Reply(pieces=(body.encode(),), headers={"content-type": "application/json"})
    with Upstream(always=reply) as upstream:
        async with router(name, upstream) as routed:
            assert (await way(routed)).deployment == "a"


class Collections:
    """Counts collections of more than the newest objects, and the most objects that one had to look at."""

    def __enter__(self):
        self.count = self.most = 0
        gc.collect()
        gc.freeze()  # what was there before is nobody's flood, and may stay for the rest of the run
        gc.callbacks.append(self._seen)
        return self

    def __exit__(self, *error):
        gc.callbacks.remove(self._seen)

    def _seen(self, phase, info):
        if phase == "start" and info["generation"]:
            self.count += 1
            self.most = max(self.most, len(gc.get_objects()))


@every
@ways
async def test_no_collection_looks_at_a_body_full_of_values(name, way):
    body = json.dumps(BY_NAME[name].answers[0])[:-1] + f', "more": {dense(240_000)["lists"]}}}'
    reply = Reply(pieces=(body.encode(),), headers={"content-type": "application/json"})
    with Upstream(always=reply) as upstream:
        async with router(name, upstream) as routed:
            await way(routed)
            with Collections() as collections:
                assert (await way(routed)).deployment == "a"
    assert collections.most < 40_000


async def test_events_that_say_nothing_set_off_no_collections():
    reply = Reply.events(*[b"data:\n\n" * 40_000] * 8, End.SILENCE)
    with Upstream(always=reply) as upstream:
        async with router("openai", upstream, content={"largest_answer": 2_000_000}) as routed:
            with Collections() as collections, pytest.raises(AnswerTooLarge):
                await streamed(routed)
    assert collections.count < 12


async def test_nor_do_events_that_say_little_and_hold_many_values():
    held = {"choices": [{"index": 0, "delta": {"content": "word "}}], "more": [[]] * 5_000}
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    with Upstream(always=Reply.events(*[held] * 100, end, b"data: [DONE]\n\n")) as upstream:
        async with router("openai", upstream) as routed:
            with Collections() as collections:
                assert (await streamed(routed)).text == "word " * 100
    assert collections.count < 30


@every
@ways
async def test_more_values_than_an_answer_may_hold_are_refused(name, way, monkeypatch):
    monkeypatch.setitem(load_json.__kwdefaults__, "most", 50_000)
    body = json.dumps(BY_NAME[name].answers[0])[:-1] + f', "more": {dense(300_000)["lists"]}}}'
    reply = Reply(pieces=(body.encode(),), headers={"content-type": "application/json"})
    with Upstream(always=reply) as upstream:
        async with router(name, upstream) as routed:
            with pytest.raises(ProtocolError, match="not JSON"):
                await way(routed)


@every
@ways
@pytest.mark.parametrize("encoded", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize("kind", ["message", "nested", "lists"])
async def test_of_an_error_only_the_beginning_is_read(name, way, encoded, kind):
    size = 2_000_000
    message = "exceed maximum maximum " * (size // 23)
    made = {
        "message": json.dumps({"error": {"message": message}, "message": message}),
        "nested": '{"error": ' * (size // 10),
        "lists": dense(size)["lists"],
    }[kind].encode()
    headers = {"content-type": "application/json", **({"content-encoding": "gzip"} if encoded else {})}
    reply = Reply(status=400, headers=headers, pieces=(gzip.compress(made) if encoded else made,))
    began = time.monotonic()
    with Upstream(always=reply) as upstream:
        async with router(name, upstream) as routed:
            with pytest.raises(InvalidRequest) as caught:
                await way(routed)
    assert len(str(caught.value)) < 2_000
    assert time.monotonic() - began < AMPLE


@every
async def test_an_error_in_a_stream_may_be_as_large(name):
    error = {"type": "error", "error": {"type": "x", "message": "maximum " * 200_000}}
    event = exception("modelStreamErrorException", error["error"]) if name == "bedrock" else error
    with Upstream(always=Reply.events(event)) as upstream:
        async with router(name, upstream) as routed:
            with pytest.raises(Exception, match="inside its answer") as caught:
                await streamed(routed)
    assert len(str(caught.value)) < 2_000


@every
@pytest.mark.parametrize("kind", ["text", "reasoning", "arguments"])
async def test_a_flood_ends_at_the_total_and_leaves_others_their_turn(name, kind):
    first, again = FLOODS[name][kind]
    piece = b"".join(Reply.events(again("word")).body for _ in range(200))
    reply = Reply.events(*first, *[piece, 0.001] * 3_000)
    turns = 0

    async def others():
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    with Upstream(always=reply) as upstream:
        async with router(name, upstream, timeouts={"total": 0.4}) as routed:
            task = asyncio.create_task(others())
            began = time.monotonic()
            with pytest.raises(Exception, match=r"timeouts\.total"):
                await streamed(routed)
            took = time.monotonic() - began
            task.cancel()
    assert took < AMPLE
    assert turns > 10

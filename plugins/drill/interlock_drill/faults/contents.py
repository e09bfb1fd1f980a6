"""Faults beyond the catalogue's sixteen in what the upstream says."""

import json
from dataclasses import replace
from typing import Final

from interlock.testing.upstream import Reply
from interlock_drill.faults.dialect import (
    ANSWER,
    ARGUMENT_PIECES,
    ARGUMENTS,
    PIECES,
    TOKENS,
    TOOL,
    Ask,
    called,
    ending,
    error,
    fragments,
    plain,
    said,
    streamed,
    texts,
    well,
)
from interlock_drill.faults.fault import Fault
from interlock_drill.faults.judging import (
    Complaints,
    Scene,
    asked_primary,
    by_fallback,
    by_primary,
    fails_over,
    never_short,
    whole,
)

_CUT, _HALF = 40, TOKENS // 2
_LONG_LINE = 10_000_000
_IMPOSTOR = "somebody/else-1"


def _recovers(scene: Scene) -> Complaints:
    yield from never_short(scene.first)
    yield from by_fallback(scene, scene.first)
    yield from asked_primary(scene, 1, 1 + scene.retries)


def _error_inside(ask: Ask) -> Reply:
    if not ask.streamed:
        return Reply.json(error("server_error"))
    return Reply.events(*texts(ask, PIECES[:20]), error("server_error"))


def _html(_: Ask) -> Reply:
    page = b"<!DOCTYPE html><html><body><h1>Sign in to continue</h1></body></html>"
    return Reply(headers={"content-type": "text/html"}, pieces=(page,))


def _invalid_utf8(ask: Ask) -> Reply:
    if not ask.streamed:
        body = json.dumps(plain(ask, ANSWER)).encode().replace(b"levers", b"lev\xff\xfers")
        return Reply(headers={"content-type": "application/json"}, pieces=(body,))
    events = Reply.events(*texts(ask, PIECES), *ending(ask)).body
    return streamed(events.replace(b"levers", b"lev\xff\xfers"))


def _long_line(ask: Ask) -> Reply:
    padding = {"padding": "x" * _LONG_LINE}
    if not ask.streamed:
        return Reply.json(plain(ask, ANSWER) | padding)
    events = texts(ask, PIECES)
    events[_HALF] |= padding
    return Reply.events(*events, *ending(ask))


def _twice(ask: Ask) -> Reply:
    if ask.streamed:
        return called(ask, (*ARGUMENT_PIECES[:2], *ARGUMENT_PIECES[1:]))
    body = called(ask, ARGUMENT_PIECES).body
    return Reply(headers={"content-type": "application/json"}, pieces=(body + body,))


def _shuffled(ask: Ask) -> Reply:
    first, second, *rest = ARGUMENT_PIECES
    return called(ask, (second, first, *rest))


def _right_call(scene: Scene) -> Complaints:
    """The tool call as the fallback makes it; or, of a stream, an error and no call."""
    response = scene.first.response
    if response is None:
        if not scene.streamed:
            yield f"no answer: {scene.first}"
        return
    yield from by_fallback(scene, scene.first)
    calls = [(call.name, dict(call.arguments)) for call in response.tool_calls]
    if calls != [(TOOL["name"], dict(ARGUMENTS))]:
        yield "another tool call was handed over as whole"


def _half_call(ask: Ask) -> Reply:
    if ask.streamed:
        return Reply.events(*fragments(ask, ARGUMENT_PIECES[:2]), *ending(ask, "tool_calls"))
    return called(ask, ARGUMENT_PIECES[:2])


def _no_usage(ask: Ask) -> Reply:
    if ask.streamed:
        return Reply.events(*texts(ask, PIECES), *(each for each in ending(ask) if "usage" not in each))
    return Reply.json({key: value for key, value in plain(ask, ANSWER).items() if key != "usage"})


def _estimates(scene: Scene) -> Complaints:
    yield from whole(scene.first)
    yield from by_primary(scene, scene.first)
    yield from asked_primary(scene, 1, 1)
    if scene.first.response is not None:
        usage = scene.first.response.usage
        if not (usage.estimated and usage.input_tokens and usage.output_tokens):
            yield "the tokens are not estimated, or not marked as estimates"


def _length(ask: Ask) -> Reply:
    return said(ask, PIECES[:_CUT], finish="length")


def _says_cut(scene: Scene) -> Complaints:
    response = scene.first.response
    if response is None:
        yield f"no answer: {scene.first}"
    elif response.deployment == scene.primary:
        if response.finish_reason != "length":
            yield "an answer that was cut at its length is shown as whole"
        if response.text != "".join(PIECES[:_CUT]):
            yield "another text was shown"
        yield from asked_primary(scene, 1, 1)
    else:
        yield from whole(scene.first)


def _impostor(ask: Ask) -> Reply:
    return well(replace(ask, body={**ask.body, "model": _IMPOSTOR}))


def _unmasked(scene: Scene) -> Complaints:
    yield from whole(scene.first)
    response = scene.first.response
    if response is not None and response.deployment == scene.primary:
        if response.served_model != _IMPOSTOR:
            yield f"served_model says {response.served_model}"
        if response.model != scene.models[scene.primary]:
            yield f"model says {response.model}, which is not the card that was asked"


def _empty(ask: Ask) -> Reply:
    return said(ask, ())


def _stays_empty(scene: Scene) -> Complaints:
    yield from whole(scene.first, "")
    yield from by_primary(scene, scene.first)
    yield from asked_primary(scene, 1, 1)


CONTENTS: Final = (
    Fault(
        number=17,
        name="sends an error event inside a 200",
        conduct="gives the whole answer or a typed error, never a truncated success",
        behaviour=_error_inside,
        judge=_recovers,
    ),
    Fault(
        number=18,
        name="answers 200 with an HTML page",
        conduct="takes the page for no answer; fails over",
        behaviour=_html,
        judge=fails_over,
    ),
    Fault(
        number=19,
        name="sends bytes that are not UTF-8",
        conduct="gives the whole answer or a typed error, never mended text",
        behaviour=_invalid_utf8,
        judge=_recovers,
    ),
    Fault(
        number=20,
        name="sends a line of 10 MB",
        conduct="gives the whole answer, read or failed over",
        behaviour=_long_line,
        judge=lambda scene: whole(scene.first),
    ),
    Fault(
        number=21,
        name="sends a piece of a tool call twice",
        conduct="gives the right call or a typed error, never another call",
        behaviour=_twice,
        judge=_right_call,
        tools=True,
    ),
    Fault(
        number=22,
        name="sends the pieces of a tool call out of order",
        conduct="gives the right call or a typed error, never another call",
        behaviour=_shuffled,
        judge=_right_call,
        tools=True,
        streams_only=True,
    ),
    Fault(
        number=23,
        name="cuts a tool call's arguments in half and says that it is done",
        conduct="gives the right call or a typed error, never half a call",
        behaviour=_half_call,
        judge=_right_call,
        tools=True,
    ),
    Fault(
        number=24,
        name="sends no usage at all",
        conduct="gives the answer; the tokens are estimated, and marked so",
        behaviour=_no_usage,
        judge=_estimates,
    ),
    Fault(
        number=25,
        name="ends with finish_reason length",
        conduct="says length, or gives a whole answer from elsewhere",
        behaviour=_length,
        judge=_says_cut,
    ),
    Fault(
        number=31,
        name="answers as another model than the one asked for",
        conduct="keeps the card in model, and shows in served_model who answered",
        behaviour=_impostor,
        judge=_unmasked,
    ),
    Fault(
        number=32,
        name="gives an empty answer that is right",
        conduct="hands it over as it is; one call",
        behaviour=_empty,
        judge=_stays_empty,
    ),
)

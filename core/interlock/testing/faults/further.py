"""Faults beyond the catalogue's sixteen that users meet."""

import json
from dataclasses import replace
from typing import Final

from interlock.testing.faults.dialect import (
    ANSWER,
    ARGUMENT_PIECES,
    ARGUMENTS,
    OTHER,
    OTHER_PIECES,
    PIECES,
    TOKENS,
    TOOL,
    Ask,
    called,
    ending,
    error,
    failed,
    fragments,
    plain,
    said,
    streamed,
    texts,
    well,
)
from interlock.testing.faults.fault import Fault
from interlock.testing.faults.judging import (
    Complaints,
    Scene,
    asked_primary,
    by_fallback,
    by_primary,
    never_short,
    whole,
    within,
)
from interlock.testing.faults.stage import ELSEWHERE
from interlock.testing.upstream import End, Piece, Reply

_CUT, _HALF = 40, TOKENS // 2
_LONG_LINE = 10_000_000
_IMPOSTOR = "somebody/else-1"
_SOON = 5.0


def _fails_over(scene: Scene) -> Complaints:
    yield from whole(scene.first)
    yield from by_fallback(scene, scene.first)
    yield from asked_primary(scene, 0 if scene.refuses else 1, 1 + scene.retries)


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


def _drip(ask: Ask) -> Reply:
    """A piece each nine tenths of the idle limit, for longer than a call may take."""
    gap = 0.9 * ask.timeouts.between_tokens
    count = int(ask.timeouts.total / gap) + 3
    pieces: list[Piece] = []
    for at in range(count):
        piece = Reply.events(*texts(ask, (PIECES[at % TOKENS],))).body if ask.streamed else b" "
        pieces += [piece, gap]
    kind = "text/event-stream" if ask.streamed else "application/json"
    return Reply(headers={"content-type": kind}, pieces=tuple(pieces))


def _ends(scene: Scene) -> Complaints:
    """The tokens that dripped may be delivered, and are no whole answer."""
    if scene.first.response is not None:
        yield from whole(scene.first)
        yield from by_fallback(scene, scene.first)


def _redirect(ask: Ask) -> Reply:
    return Reply(status=307, headers={"location": ask.elsewhere})


def _stays(scene: Scene) -> Complaints:
    yield from _fails_over(scene)
    if any(asked.deployment == ELSEWHERE for asked in scene.asked):
        yield "the redirect was followed"


def _parked(scene: Scene) -> Complaints:
    for trial in scene.trials:
        yield from whole(trial)
        yield from by_fallback(scene, trial)
    count = len(scene.of_primary())
    if count != 1:
        yield f"{scene.primary} was asked {count} times in two calls, not once"


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


def _cut(ask: Ask) -> Reply:
    if ask.streamed:
        return Reply.events(*texts(ask, PIECES[:_CUT]), End.CUT)
    body = json.dumps(plain(ask, ANSWER)).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    return Reply(headers=headers, pieces=(body[: len(body) // 2], End.CUT))


def _no_splice(scene: Scene) -> Complaints:
    trial = scene.first
    if trial.response is not None:
        yield from whole(trial, OTHER)
        yield from by_fallback(scene, trial)
    else:
        yield from never_short(trial)


def _polite(ask: Ask) -> Reply:
    if ask.streamed:
        return Reply.events(*texts(ask, PIECES[:_CUT]), "[DONE]")
    return Reply.json(plain(ask, "".join(PIECES[:_CUT])) | _without_reason(ask))


def _without_reason(ask: Ask) -> dict[str, object]:
    message = {"role": "assistant", "content": "".join(PIECES[:_CUT])}
    return {"choices": [{"index": 0, "message": message, "finish_reason": None}], "model": ask.model}


def _lingers(ask: Ask) -> Reply:
    return Reply.events(*texts(ask, PIECES), *ending(ask), End.SILENCE)


def _lingers_unmarked(ask: Ask) -> Reply:
    return Reply.events(*texts(ask, PIECES), *ending(ask, done=False), End.SILENCE)


def _soon(scene: Scene) -> Complaints:
    yield from whole(scene.first)
    yield from within(scene, _SOON)
    yield from by_primary(scene, scene.first)
    yield from asked_primary(scene, 1, 1)


def _early_end(ask: Ask) -> Reply:
    finish, usage, done = ending(ask)
    return Reply.events(*texts(ask, PIECES[:-3]), finish, *texts(ask, PIECES[-3:]), usage, done)


def _honest(scene: Scene) -> Complaints:
    yield from never_short(scene.first)


FURTHER: Final = (
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
        judge=_fails_over,
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
        number=26,
        name="drips one token just inside the idle limit, for ever",
        conduct="ends within the total limit, in a typed error or a whole answer",
        behaviour=_drip,
        judge=_ends,
    ),
    Fault(
        number=27,
        name="redirects to another host",
        conduct="does not follow; fails over",
        behaviour=_redirect,
        judge=_stays,
    ),
    Fault(
        number=28,
        name="answers 401",
        conduct="never retries; parks the deployment, so that the next call leaves it alone",
        behaviour=lambda _: failed(401, "invalid_api_key"),
        judge=_parked,
        calls=2,
    ),
    Fault(
        number=29,
        name="answers 402",
        conduct="never retries; parks the deployment, so that the next call leaves it alone",
        behaviour=lambda _: failed(402, "insufficient_balance"),
        judge=_parked,
        calls=2,
    ),
    Fault(
        number=30,
        name="refuses the connection",
        conduct="fails over",
        behaviour=well,
        judge=_fails_over,
        refuses=True,
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
    Fault(
        number=33,
        name="cuts the stream, and the fallback words its answer differently",
        conduct="a restart that was asked for, or an error with the partial text; never a splice",
        behaviour=_cut,
        fallback=lambda ask: said(ask, OTHER_PIECES),
        judge=_no_splice,
    ),
    Fault(
        number=34,
        name="ends politely after 40 of 60 tokens, without a finish reason",
        conduct="gives the whole answer or a typed error, never a truncated success",
        behaviour=_polite,
        judge=_honest,
    ),
    Fault(
        number=35,
        name="says [DONE] and leaves the connection open",
        conduct="finishes promptly, without another call",
        behaviour=_lingers,
        judge=_soon,
        streams_only=True,
    ),
    Fault(
        number=36,
        name="finishes without [DONE] and leaves the connection open",
        conduct="finishes promptly, without another call",
        behaviour=_lingers_unmarked,
        judge=_soon,
        streams_only=True,
    ),
    Fault(
        number=37,
        name="announces the end before the last three tokens",
        conduct="gives the whole answer or a typed error, never a truncated success",
        behaviour=_early_end,
        judge=_honest,
        streams_only=True,
    ),
)

"""Faults beyond the catalogue's sixteen in how the upstream lets itself be reached, and how it ends."""

import json
from typing import Final

from interlock.testing.upstream import End, Piece, Reply
from interlock_drill.faults.dialect import (
    ANSWER,
    OTHER,
    OTHER_PIECES,
    PIECES,
    TOKENS,
    Ask,
    ending,
    failed,
    plain,
    said,
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
    within,
)
from interlock_drill.faults.stage import ELSEWHERE

_CUT = 40
_SOON = 5.0


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
    yield from fails_over(scene)
    if any(asked.deployment == ELSEWHERE for asked in scene.asked):
        yield "the redirect was followed"


def _parked(scene: Scene) -> Complaints:
    for trial in scene.trials:
        yield from whole(trial)
        yield from by_fallback(scene, trial)
    count = len(scene.of_primary())
    if count != 1:
        yield f"{scene.primary} was asked {count} times in two calls, not once"


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


CONNECTIONS: Final = (
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
        judge=fails_over,
        refuses=True,
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

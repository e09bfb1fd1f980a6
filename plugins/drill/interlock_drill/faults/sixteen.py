"""The sixteen faults of the public FailoverBench catalogue (2026-09), in its order and with its timings."""

import json
from itertools import pairwise
from typing import Final

from interlock.errors import ContentPolicyViolation, ContextLengthExceeded
from interlock.testing.upstream import End, Piece, Reply
from interlock_drill.faults.dialect import (
    FALLBACK_USAGE,
    PIECES,
    PRIMARY_USAGE,
    TOKENS,
    Ask,
    ending,
    failed,
    plain,
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
    crowded,
    fails_over,
    never_short,
    whole,
    within,
)

_CUT, _SILENT = 40, 20  # tokens before the cut, and before the silence
_OUTAGE, _RECOVERY = 60.0, 30.0
_TOO_LATE = 15.0
_REQUEST_LIMIT = 30.0


def _events(ask: Ask, pieces: tuple[str, ...]) -> bytes:
    return Reply.events(*texts(ask, pieces)).body


def _body(ask: Ask) -> bytes:
    return json.dumps(plain(ask, "".join(PIECES))).encode()


def _parts(ask: Ask, tokens: int) -> tuple[bytes, bytes]:
    """The answer, plain or streamed, cut in two after so many tokens."""
    if ask.streamed:
        return _events(ask, PIECES[:tokens]), _events(ask, PIECES[tokens:])
    body = _body(ask)
    at = len(body) * tokens // TOKENS
    return body[:at], body[at:]


def _sent(ask: Ask, *pieces: Piece) -> Reply:
    """Pieces under the head that the answer would have; a plain one promises its length."""
    if ask.streamed:
        return streamed(*pieces)
    headers = {"content-type": "application/json", "content-length": str(len(_body(ask)))}
    return Reply(headers=headers, pieces=pieces)


def _told_to_wait(ask: Ask) -> Reply:
    wait = {"retry-after": f"{2 * ask.scale:g}"}
    return well(ask) if ask.nth else failed(429, "rate_limit_exceeded", wait)


def _waits(scene: Scene) -> Complaints:
    yield from whole(scene.first)
    times = [asked.at for asked in scene.of_primary()]
    if any(later - earlier < 1.5 * scene.scale for earlier, later in pairwise(times)):
        yield f"{scene.primary} was asked twice within 1.5 s"


def _backs_off(scene: Scene) -> Complaints:
    yield from whole(scene.first)
    yield from by_fallback(scene, scene.first)
    if crowded(scene, 4, 3.0):
        yield "more than 4 calls fell into 3 s"
    if len(scene.asked) > 6:  # noqa: PLR2004 - the catalogue's number
        yield f"{len(scene.asked)} calls were made; 6 are allowed"


def _retries_once(scene: Scene) -> Complaints:
    yield from whole(scene.first)
    if scene.retries:
        yield from by_primary(scene, scene.first)
        yield from asked_primary(scene, 2, 2)
        if len(scene.asked) > len(scene.of_primary()):
            yield "a fallback was asked too"


def _recovers(scene: Scene) -> Complaints:
    yield from whole(scene.first)
    yield from asked_primary(scene, 1, 1 + scene.retries)


def _silent(_: Ask) -> Reply:
    return Reply(status=None, pieces=(End.SILENCE,))


def _asks_once(scene: Scene) -> Complaints:
    yield from whole(scene.first)
    yield from by_fallback(scene, scene.first)
    yield from asked_primary(scene, 1, 1)
    name = "first_token" if scene.streamed else "answer"
    yield from within(scene, getattr(scene.timeouts, name), of=f"timeouts.{name}")


def _late(ask: Ask) -> Reply:
    parts = _parts(ask, TOKENS)
    rest = Reply.events(*ending(ask)).body if ask.streamed else b""
    return _sent(ask, 20 * ask.scale, parts[0] + rest)


def _in_time(scene: Scene) -> Complaints:
    """A plain answer has no first token: it may take as long as a request may."""
    yield from whole(scene.first)
    yield from within(scene, _TOO_LATE if scene.streamed else _REQUEST_LIMIT)


def _cut(ask: Ask) -> Reply:
    return _sent(ask, _parts(ask, _CUT)[0], End.CUT)


def _ends_well(scene: Scene) -> Complaints:
    yield from never_short(scene.first)
    yield from by_fallback(scene, scene.first)


def _falls_silent(ask: Ask) -> Reply:
    return well(ask) if ask.nth else _sent(ask, _parts(ask, _SILENT)[0], 30 * ask.scale, End.CUT)


def _notices(scene: Scene) -> Complaints:
    yield from never_short(scene.first)
    yield from within(scene, _REQUEST_LIMIT, of="the silence")
    for complaint in (*whole(scene.trials[-1]), *within(scene, _TOO_LATE, scene.trials[-1])):
        yield f"the next call: {complaint}"


def _garbled(ask: Ask) -> Reply:
    before, after = _parts(ask, TOKENS // 2)
    if not ask.streamed:
        return Reply(headers={"content-type": "application/json"}, pieces=(before + b'"' + after,))
    after = _parts(ask, TOKENS // 2 + 1)[1]  # the broken event held a token
    broken = b'data: {"id": "drill-1", "choices": [{"index": 0, "delta": {"content": "tra\n\n'
    return streamed(before, broken, after, Reply.events(*ending(ask)).body)


def _unmarked(ask: Ask) -> Reply:
    if ask.streamed:
        return Reply.events(*texts(ask, PIECES), *ending(ask, done=False))
    # What ends a plain answer of unstated length is that the connection closes.
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
    return Reply(status=None, pieces=(head, _body(ask)))


def _prompt(scene: Scene) -> Complaints:
    yield from whole(scene.first)
    yield from by_primary(scene, scene.first)
    yield from asked_primary(scene, 1, 1)
    yield from within(scene, 2.0)
    if scene.first.response is not None and scene.first.response.usage != PRIMARY_USAGE:
        yield "the usage that the upstream sent was lost"


def _another_model(scene: Scene) -> Complaints:
    model = scene.models[scene.primary]
    asked = [each.deployment for each in scene.asked if scene.models.get(each.deployment) == model]
    if len(asked) != 1:
        yield f"{model} was asked {len(asked)} times for what is too long for it"
    if any(other != model for other in scene.models.values()):
        yield from whole(scene.first)
    elif not isinstance(scene.first.error, ContextLengthExceeded):
        yield f"there is no other model, and the call {scene.first}"


def _refusal_stands(scene: Scene) -> Complaints:
    if len(scene.asked) != 1:
        yield f"{len(scene.asked)} calls were made, not one"
    if not isinstance(scene.first.error, ContentPolicyViolation):
        yield f"the refusal does not reach the caller as such: {scene.first}"


def _no_prefill(ask: Ask) -> Reply:
    if ask.body["messages"][-1]["role"] == "assistant":
        return failed(400, "prefill_not_supported")
    return well(ask)


def _restarts(scene: Scene) -> Complaints:
    yield from never_short(scene.first)
    told = f"{scene.first.error} {scene.first.error.__cause__}" if scene.first.error else ""
    if "prefill" in told:
        yield "the fallback's complaint about a prefill surfaced"


def _down(ask: Ask) -> Reply:
    return failed(503, "unavailable") if ask.clock < _OUTAGE else well(ask)


def _is_back(scene: Scene) -> bool:
    last = scene.trials[-1]
    answered = last.response is not None and last.response.deployment == scene.primary
    return answered and last.began >= _OUTAGE * scene.scale


def _comes_back(scene: Scene) -> Complaints:
    outage = _OUTAGE * scene.scale
    during = [trial for trial in scene.trials if trial.began + trial.seconds < outage]
    for trial in scene.trials:
        yield from whole(trial)
    bothered = sum(bool(scene.of_primary(trial)) for trial in during)
    if bothered > len(during) / 2:
        yield f"{bothered} of {len(during)} calls during the outage went to {scene.primary}"
    if not _is_back(scene):
        yield f"{scene.primary} was not asked again"
    elif scene.seconds - _OUTAGE > _RECOVERY:
        yield f"back after {scene.seconds - _OUTAGE:.1f} s; {_RECOVERY:g} s are allowed"


def _accounts(scene: Scene) -> Complaints:
    yield from fails_over(scene)
    response, record = scene.first.response, scene.first.record
    if response is None or record is None:
        return
    if response.model != scene.models[response.deployment]:
        yield f"the caller sees {response.model}, which did not answer"
    if response.usage != FALLBACK_USAGE:
        yield "the caller sees another usage than the fallback's"
    missed = [attempt for attempt in record.attempts if attempt.deployment == scene.primary]
    if any(attempt.outcome == "answer" for attempt in missed) or len(missed) != len(scene.of_primary()):
        yield "the failed attempts are not recorded"
    if any(attempt.cost for attempt in missed):
        yield "a failed attempt is billed"


SIXTEEN: Final = (
    Fault(
        number=1,
        name="answers 429 with Retry-After: 2 once, then is well",
        conduct="waits as told or fails over; never two calls within 1.5 s",
        behaviour=_told_to_wait,
        judge=_waits,
    ),
    Fault(
        number=2,
        name="answers 429 without Retry-After, always",
        conduct="backs off, then fails over; at most 4 calls in 3 s, 6 in all",
        behaviour=lambda _: failed(429, "rate_limit_exceeded"),
        judge=_backs_off,
    ),
    Fault(
        number=3,
        name="answers 500 once, then is well",
        conduct="retries the same deployment once",
        behaviour=lambda ask: well(ask) if ask.nth else failed(500, "server_error"),
        judge=_retries_once,
    ),
    Fault(
        number=4,
        name="answers 503 always",
        conduct="fails over within the retry budget",
        behaviour=lambda _: failed(503, "unavailable"),
        judge=fails_over,
    ),
    Fault(
        number=5,
        name="resets the connection before a byte, once",
        conduct="retries or fails over",
        behaviour=lambda ask: well(ask) if ask.nth else Reply(status=None, pieces=(End.RESET,)),
        judge=_recovers,
    ),
    Fault(
        number=6,
        name="accepts and never answers",
        conduct="fails over after the first timeout; does not ask a silent deployment twice",
        behaviour=_silent,
        judge=_asks_once,
    ),
    Fault(
        number=7,
        name="sends headers at once and the first token after 20 s",
        conduct="answers within 15 s; a plain call within 30 s",
        behaviour=_late,
        judge=_in_time,
    ),
    Fault(
        number=8,
        name="cuts the stream after 40 of 60 tokens",
        conduct="gives the whole answer or a typed error, never a truncated success",
        behaviour=_cut,
        judge=_ends_well,
    ),
    Fault(
        number=9,
        name="goes silent after 20 tokens for 30 s, then closes",
        conduct="notices in bounded time, ends as in 8, and is healthy afterwards",
        behaviour=_falls_silent,
        judge=_notices,
        calls=2,
    ),
    Fault(
        number=10,
        name="sends one event of invalid JSON in the middle",
        conduct="recovers with the whole answer",
        behaviour=_garbled,
        judge=_recovers,
    ),
    Fault(
        number=11,
        name="completes the stream without [DONE]",
        conduct="finishes promptly, with usage",
        behaviour=_unmarked,
        judge=_prompt,
    ),
    Fault(
        number=12,
        name="answers 400 context_length_exceeded",
        conduct="never asks the same model again; asks any other whose window holds the request",
        behaviour=lambda _: failed(400, "context_length_exceeded"),
        judge=_another_model,
    ),
    Fault(
        number=13,
        name="answers 400 content policy violation",
        conduct="one call; the refusal reaches the caller as such",
        behaviour=lambda _: failed(400, "content_policy_violation"),
        judge=_refusal_stands,
    ),
    Fault(
        number=14,
        name="cuts the stream, and the fallback rejects an assistant prefill",
        conduct="restarts cleanly; the prefill error never surfaces",
        behaviour=_cut,
        fallback=_no_prefill,
        judge=_restarts,
    ),
    Fault(
        number=15,
        name="is down for 60 s, then well; a request every 4 s",
        conduct="the fallback serves meanwhile; back on the primary within 30 s of recovery",
        behaviour=_down,
        judge=_comes_back,
        calls=30,
        every=4.0,
        enough=_is_back,
    ),
    Fault(
        number=16,
        name="answers 503; the fallback answers",
        conduct="shows the fallback's model and usage; failed attempts are recorded and not billed",
        behaviour=lambda _: failed(503, "unavailable"),
        judge=_accounts,
    ),
)

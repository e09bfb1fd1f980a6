"""`$batch` with one change set, which happens as a whole or not at all."""

import hashlib
import json
import re
from collections.abc import Sequence
from email import message_from_bytes
from email.message import Message

from interlock import ToolOutcome
from interlock.http import HttpReply, json_in, outcome_for
from interlock_sap.plain import words
from interlock_tools import Call

_LINE = "\r\n"
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})\b")
_FAILED = 400
_DEPENDENT = 424  # of V4: it would have worked, but for another one of the set


def together(service: str, calls: Sequence[Call]) -> Call:
    """One request that carries out all of them, whose paths are below the service's, or none."""
    parts = [_part(service, call, number) for number, call in enumerate(calls, 1)]
    # Of the parts themselves, so that the same request is the same each time, and no part can hold it.
    name = hashlib.sha256("".join(parts).encode()).hexdigest()[:32]
    inner = "".join(f"--changeset_{name}{_LINE}{part}" for part in parts) + f"--changeset_{name}--{_LINE}"
    body = (
        f"--batch_{name}{_LINE}Content-Type: multipart/mixed; boundary=changeset_{name}{_LINE}{_LINE}"
        f"{inner}{_LINE}--batch_{name}--{_LINE}"
    )
    headers = {"content-type": f"multipart/mixed; boundary=batch_{name}", "accept": "multipart/mixed"}
    return Call(method="POST", path=f"{service}/$batch", body=body.encode(), headers=headers)


def outcome_of(reply: HttpReply) -> ToolOutcome | None:
    """What came of the set; None where all of it was done. Where it cannot be told, it is `unknown`."""
    replies = replies_in(reply)
    failed = [each for each in replies or () if each.status >= _FAILED]
    if failed:
        first = next((each for each in failed if each.status != _DEPENDENT), failed[0])
        told = json_in(first.body)
        return outcome_for(first, says=words(told) if isinstance(told, dict) else None)
    if not replies:
        return ToolOutcome(outcome="unknown", content="the answer to the batch is not whole")
    return None


def replies_in(reply: HttpReply) -> list[HttpReply] | None:
    """The replies within a reply; None where it is no whole batch."""
    kind = reply.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/"):
        return None
    head = f"content-type: {kind}\r\n\r\n".encode("latin-1", "replace")
    whole = message_from_bytes(head + reply.body)
    found: list[HttpReply] = []
    for part in whole.walk():
        if part.defects:
            return None
        if part.get_content_type() == "application/http":
            inner = _reply_in(part)
            if inner is None:
                return None
            found.append(inner)
    return found


def _reply_in(part: Message) -> HttpReply | None:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return None
    first, _, rest = payload.lstrip().partition(b"\n")
    status = _STATUS.match(first)
    if status is None:
        return None
    message = message_from_bytes(rest)
    headers = {name.lower(): str(value) for name, value in message.items()}
    body = message.get_payload(decode=True)
    return HttpReply(status=int(status[1]), headers=headers, body=body if isinstance(body, bytes) else b"")


def _part(service: str, call: Call, number: int) -> str:
    body = json.dumps(call.body)  # in ASCII, so that characters are bytes
    lines = [
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        f"Content-ID: {number}",
        "",
        f"{call.method} {call.target.removeprefix(f'{service}/')} HTTP/1.1",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in call.headers.items()),
        "",
        body,
        "",
    ]
    return _LINE.join(lines)

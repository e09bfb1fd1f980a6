"""Notices as lines of this process's output."""

import sys

from interlock.protocols import API
from interlock_agents.approvals.notifying.protocol import Notice, Notifier, NotifierCall
from interlock_agents.approvals.seeing import moment, seen

_WORDS = {"approval": "waits for approval", "unknown": "may or may not have happened"}
_UNTIL = {"approval": "until", "unknown": "and may still until"}


class StreamNotifier:
    """Writes a line for each notice to standard output or standard error."""

    api = API

    def __init__(self, name: str, *, arguments: bool) -> None:
        self.name = name
        self.arguments = arguments

    async def notify(self, notice: Notice) -> None:
        stream = sys.stdout if self.name == "stdout" else sys.stderr
        print(line(notice), file=stream, flush=True)


class Streams:
    """`stderr:` and `stdout:`."""

    api = API
    name = "streams"
    schemes: tuple[str, ...] = ("stderr", "stdout")

    def open(self, call: NotifierCall) -> Notifier:
        return StreamNotifier(call.url.partition(":")[0], arguments=call.arguments)


def line(notice: Notice) -> str:
    """The notice in a line, in which nothing can break it or turn it around."""
    told = f"{notice.tool} ({notice.does}) of {notice.effect} {_WORDS[notice.kind]}: {notice.id}"
    if notice.until is not None:
        told += f", {_UNTIL[notice.kind]} {moment(notice.until)}"
    if notice.link:
        told += f", {notice.link}"
    if notice.shown is not None:
        told += f" {notice.shown}"
    return seen(told)

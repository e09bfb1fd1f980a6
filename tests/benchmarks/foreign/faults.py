"""What becomes of one call of a task: a fault on its way, or a kill of whoever makes it."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from fault_proxy import Fault, FaultProxy, limited
from interlock.testing import End, Received, Reply

_SILENCE = Reply(pieces=(End.SILENCE,))


def _cut(reply: Reply) -> Reply:
    """Half of the answer, of which the whole was promised."""
    half = reply.body[: len(reply.body) // 2]
    headers = {**reply.headers, "content-length": str(len(reply.body))}
    return Reply(status=reply.status, headers=headers, pieces=(half, End.CUT))


FAULTS: dict[str, Fault | None] = {
    "timeout before": Fault(name="timeout before", before=_SILENCE),
    "timeout after commit": Fault(name="timeout after commit", after=lambda _: _SILENCE),
    "429": limited(1),
    "503": Fault(name="503", before=Reply.json({"error": "unavailable"}, status=503)),
    "cut": Fault(name="cut", after=_cut),
    "kill": None,
}
"""None is a kill, at one of the points."""

POINTS = ("begin", "before_intent", "after_sent", "before_socket", "parsed", "after_settle", "end")


def drawn(number: int, steps: int) -> tuple[str, int, str]:
    """The fault of the task of that number, the call that it meets, and the point at which a kill comes."""
    drawing = random.Random(f"foreign {number}")
    kinds = list(FAULTS)
    return kinds[number % len(kinds)], drawing.randrange(steps), drawing.choice(POINTS)


class Aimed(FaultProxy):
    """A proxy that lets one of a task's calls meet a fault, and counts those that reached the server."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self._fault: Fault | None = None
        self._left = 0
        self.reached_calls: Counter[str] = Counter()

    def aim(self, fault: Fault | None, call: int) -> None:
        """Begin a task, whose call of that number meets the fault."""
        self._fault, self._left = fault, call
        self.reached_calls.clear()
        self.exchanges.clear()
        self.requests.clear()

    def _pass(self, request: Received) -> Reply:
        asked = request.json() if request.method == "POST" else {}
        if asked.get("method") != "tools/call":
            return self.forward(request)
        call = named(asked["params"]["name"], asked["params"].get("arguments") or {})
        fault = self._fault if self._left == 0 else None
        self._left -= 1
        if fault is not None and fault.before is not None:
            return fault.before
        self.reached_calls[call] += 1
        reply = self.forward(request)
        return reply if fault is None or fault.after is None else fault.after(reply)


def named(tool: str, arguments: Mapping[str, Any]) -> str:
    """What tells a call from others."""
    return f"{tool} {json.dumps(arguments, sort_keys=True)}"

"""What the servers of a random world do with a request."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from interlock.testing.upstream import End, Reply


def _text(streamed: bool, text: str) -> Reply:
    if not streamed:
        message = {"role": "assistant", "content": text}
        return Reply.json(
            {"id": "1", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        )
    pieces = [{"id": "1", "model": "m", "choices": [{"index": 0, "delta": {"content": text}}]}]
    end = {"id": "1", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return Reply.events(*pieces, end, "[DONE]")


def _with(headers: Mapping[str, str], streamed: bool, *, status: int = 200) -> Reply:
    return replace(
        _text(streamed, "Well."), status=status, headers={**_text(streamed, "").headers, **headers}
    )


# By name: from whether a stream is wanted and an address where nobody may be asked, to what is done.
FAULTS: dict[str, Callable[[bool, str], Reply]] = {
    "is well": lambda streamed, trap: _text(streamed, "Well."),
    "is well again": lambda streamed, trap: _text(streamed, '{"ok": true}'),
    "fails": lambda streamed, trap: Reply.json({"error": {"message": "no"}}, status=500),
    "is overloaded": lambda streamed, trap: Reply.json({}, status=503, headers={"retry-after": "0"}),
    "limits": lambda streamed, trap: Reply.json({}, status=429, headers={"retry-after": "0"}),
    "refuses the key": lambda streamed, trap: Reply.json({}, status=401),
    "forbids": lambda streamed, trap: Reply.json({"error": {"message": "not you"}}, status=403),
    "refuses the form": lambda streamed, trap: Reply.json({"error": {"message": "no"}}, status=400),
    "knows no zone": lambda streamed, trap: Reply.json(
        {"error": {"message": "Unsupported parameter: 'zone'", "param": "zone"}}, status=400
    ),
    "will not say such things": lambda streamed, trap: Reply.json(
        {"error": {"message": "content policy", "code": "content_policy_violation"}}, status=400
    ),
    "wants to be paid": lambda streamed, trap: Reply.json({}, status=402),
    "does not know": lambda streamed, trap: Reply.json({}, status=404),
    "redirects": lambda streamed, trap: Reply(status=307, headers={"location": trap}),
    "redirects for good": lambda streamed, trap: Reply(
        status=308, headers={"location": trap, "refresh": f"0; {trap}"}
    ),
    "has moved": lambda streamed, trap: Reply(status=302, headers={"location": trap}),
    "offers another service": lambda streamed, trap: _with(
        {
            "alt-svc": f'h2="{trap.split("/")[2]}"; ma=9',
            "link": f"<{trap}>; rel=preload",
            "set-cookie": "a=b",
        },
        streamed,
    ),
    "upgrades": lambda streamed, trap: Reply(status=101, headers={"upgrade": "h2c", "location": trap}),
    "is a page": lambda streamed, trap: Reply(
        headers={"content-type": "text/html"},
        pieces=(f'<meta http-equiv="refresh" content="0;url={trap}">'.encode(),),
    ),
    "says something else": lambda streamed, trap: _text(streamed, f"![x]({trap})"),
    "breaks off": lambda streamed, trap: Reply(
        headers={"content-type": "text/event-stream"},
        pieces=(b'data: {"choices":[{"index":0,"delta":{"content":"We"}}]}\n\n', End.RESET),
    ),
    "closes": lambda streamed, trap: Reply(status=None, pieces=(End.CUT,)),
    "is silent": lambda streamed, trap: Reply(pieces=(End.SILENCE,)),
    "is late": lambda streamed, trap: replace(_text(streamed, "Late."), delay=0.02),
}  # fmt: skip

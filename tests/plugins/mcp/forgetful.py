"""Servers over HTTP that know the older revisions alone."""

import json
from typing import Any


def forgetful(app: Any) -> Any:
    """The app as one of an older SDK: it has never heard of `server/discover`."""

    async def older(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        message = await receive()
        asked = json.loads(message.get("body") or b"{}")
        if asked.get("method") != "server/discover":
            held = [message]

            async def again() -> Any:
                return held.pop() if held else await receive()

            return await app(scope, again, send)
        error = {"code": -32601, "message": "Method not found"}
        body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": error}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        return await send({"type": "http.response.body", "body": body})

    return older

"""A bare relay, for the endpoint's benchmarks: what aiohttp's client gives is what the client is sent."""

import os

import aiohttp

_kept: list[aiohttp.ClientSession] = []


async def app(scope, receive, send):
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    if not _kept:
        _kept.append(aiohttp.ClientSession())
    headers = {"content-type": "application/json", "authorization": "Bearer benchmark"}
    url = os.environ["UPSTREAM"] + "/chat/completions"
    async with _kept[0].post(url, data=body, headers=headers) as reply:
        kind = reply.headers["content-type"].encode()
        await send(
            {"type": "http.response.start", "status": reply.status, "headers": [(b"content-type", kind)]}
        )
        async for piece in reply.content.iter_any():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

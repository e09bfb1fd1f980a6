"""A kind of connector whose services are a stage's servers: every tool sends its arguments there."""

import json
from urllib.parse import urlsplit

from interlock import InterlockError, Repeat, ToolOutcome, ToolSpec, hookimpl
from interlock.http import HttpRequest
from interlock.protocols import ConnectorFacts

# By the name that a tool begins with: what it does outside, and how it may be repeated.
DOES = {
    "look": ("read", Repeat("natural")),
    "put": ("write", Repeat("key")),
    "file": ("write", Repeat("read")),
    "say": ("write", Repeat("none")),
    "wipe": ("destructive", Repeat("natural")),
}
_TEXT = {"type": "string"}


class Depots:
    """The kind, and the plugin that offers it."""

    api = 1
    name = "depot"
    facts = ConnectorFacts(needs_key=False)
    options = None

    @hookimpl
    def interlock_connectors(self):
        return [self]

    def open(self, call):
        return _Depot(call.id)


class _Depot:
    api = 1

    def __init__(self, id_):
        self.name = id_

    async def tools(self, call):
        await call.send(_request(call, "tools", {}))
        return [_tool(name, self.name.removeprefix("depot")) for name in DOES]

    async def aclose(self):
        pass


class _Tool:
    """Sends what it is given, under the key of the effect."""

    api = 1
    settles_within = 0.0

    def __init__(self, name, number):
        self.effect, self.repeat = DOES[name]
        self.spec = ToolSpec(
            name=f"{name}{number}",
            description=f"To {name} something at depot {number}.",
            parameters={"type": "object", "properties": {"text": _TEXT}, "required": ["text"]},
        )

    async def run(self, run):
        reply = await run.send(_request(run, self.spec.name, run.call.arguments, key=run.key))
        said = reply.body.decode("utf-8", "replace")
        if reply.status in (400, 429):
            reason = "limited" if reply.status == 429 else "refused"
            return ToolOutcome(outcome="refused", reason=reason, content=said)
        return ToolOutcome(outcome="done" if reply.status == 200 else "unknown", content=said)


class _Findable(_Tool):
    async def find(self, call):
        try:
            reply = await call.send(_request(call, "find", {}, key=call.key))
        except InterlockError:
            return ToolOutcome(outcome="unknown", content="it cannot be reached")
        seen = int(reply.headers.get("x-seen", "0"))
        return ToolOutcome(outcome="done", content="found", seen=seen) if seen else None


def _tool(name, number):
    return (_Findable if DOES[name][1].way == "read" else _Tool)(name, number)


def _request(access, path, said, *, key=""):
    url = f"{access.destination.base_url}/{path}"
    assert urlsplit(url).scheme == "http"
    headers = {"content-type": "application/json", "x-key": key or "none"}
    return HttpRequest(url=url, body=json.dumps(dict(said)).encode(), headers=headers, once=True)

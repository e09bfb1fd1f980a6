"""What a step does where there is no ledger: one request to the world, with a key where somebody has one."""

import http.client
import json
import os
import signal
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from points import SERVED

Life = Mapping[str, Any]


def at(life: Life, point: str, step: int) -> None:
    """Die here, if this is where the life ends."""
    if (life.get("point"), life.get("step")) == (point, step):
        os.kill(os.getpid(), signal.SIGKILL)


def act(life: Life, step: int, key: str) -> int:
    """Have the effect of a step. The id that the world gave it."""
    at(life, "begin", step)
    headers = {"content-type": "application/json", "idempotency-key": key, "x-pid": str(os.getpid())}
    if life.get("step") == step and life.get("point") in SERVED:
        headers["x-dies-at"] = life["point"]
    body = json.dumps({"title": f"{life['run']}-{step}", "reference": key})
    at(life, "before_socket", step)
    made = _sent(life, "POST", "/effects", body, headers)
    at(life, "parsed", step)
    return int(made["id"])


def find(life: Life, key: str) -> list[Any]:
    """The effects that the world lists under a key."""
    found = _sent(life, "GET", f"/effects?reference={quote(key)}")
    return list(found["effects"])


def _sent(
    life: Life, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
) -> Any:
    there = urlsplit(life["world"])
    connection = http.client.HTTPConnection("127.0.0.1", there.port, timeout=30)
    connection.request(method, there.path + path, body or None, dict(headers or {}))
    reply = connection.getresponse()
    told = json.load(reply)
    if reply.status >= 300:
        raise RuntimeError(f"{reply.status}: {told}")
    return told

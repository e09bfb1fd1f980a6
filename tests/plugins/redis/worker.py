"""A process with a router of two deployments, told by lines on its standard input what to do.

    python worker.py URL COOLDOWN

`set a MOOD` changes how `a` behaves (well, down, refuses); `call` and `decide` answer with a line of JSON.
"""

import json
import sys

from interlock import AuthenticationError, ConnectionFailed, Router
from interlock.testing import ScriptedProvider

MOODS = {
    "well": lambda: "ok",
    "down": lambda: ConnectionFailed("refused"),
    "refuses": lambda: AuthenticationError("401", status=401),
}
moods = {"a": "well", "b": "well"}


def provider(name: str) -> ScriptedProvider:
    return ScriptedProvider([lambda call: MOODS[moods[name]]()] * 1000, name)


def router(url: str, cooldown: float) -> Router:
    return Router.from_config(
        {
            "deployments": [{"id": name, "model": f"scripted/{name}", "provider": name} for name in "ab"],
            "routes": {"conversational": ["a", "b"]},
            "retries": {"max": 0},
            "health": {"shared": url, "cooldown": cooldown, "opens_after": 7},
        },
        plugins=[provider("a"), provider("b")],
    )


def main() -> None:
    asked = router(sys.argv[1], float(sys.argv[2]))
    print("ready", flush=True)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "set":
            moods[rest[0]] = rest[1]
            answer: object = "set"
        elif command == "call":
            answer = asked.complete_sync("Hello", task="conversational").deployment
        else:
            decision = asked.decide("Hello", task="conversational")
            answer = {
                "reason": decision.reason,
                "excluded": decision.excluded.get("a", ""),
                "problem": asked.wiring.sharing.problem,
            }
        print(json.dumps(answer), flush=True)
    asked.close_sync()
    print("closed", flush=True)


main()

"""What the vendors and the depots of a world for agents say, and how what they are sent is told apart."""

import json
import re

from agent_depots import DOES
from interlock.testing.upstream import End, Reply

ERRAND = re.compile(r"errand-\d+-\d+")
NODE = re.compile(r"Have a look at (prompt-\d+-\d+)")
SECRET = re.compile(r"ada\.no\d+\.of\d+@example\.org")
_TOKEN = re.compile(r"<EMAIL_\w+>")


def what_asks(text):
    """What asked, by the way it asks."""
    for what, begins in (
        ("planner", "You plan work"),
        ("repair", "A tool has refused its arguments"),
        ("summary", "Shorten what you are given"),
        ("part", "You are shown part"),
        ("node", "Have a look at"),
        ("goal", "You do one step"),
        ("planning function", "What about See to"),
        ("classifier", "Which task?"),
    ):
        if begins in text:
            return what
    return "other"


def as_model(made, received, reply, turn):
    """What a model would say here: a plan, a call of a tool, or that it is too much for it."""
    if reply.status != 200 or b'"choices"' not in reply.body or b"delta" in reply.body:
        return reply
    body = received.json()
    text = received.body.decode("utf-8", "replace")
    if len(text) > 4000 and turn % 3 == 0 and "You plan work" not in text:
        error = {"message": "too long", "code": "context_length_exceeded"}
        return Reply.json({"error": error}, status=400)
    if "You plan work" in text:
        return _said(json.dumps({"nodes": _planned(made, text, turn)}))
    tools = [each.get("function", each).get("name") for each in body.get("tools", ())]
    if tools and turn % 2 and all(tools):
        name = tools[turn % len(tools)]
        about = " ".join(
            dict.fromkeys([*ERRAND.findall(text), *(f"Have a look at {each}" for each in NODE.findall(text))])
        )
        arguments = json.dumps({"text": about if any(map(name.startswith, DOES)) else "?"})
        call = {"id": f"c{turn}", "type": "function", "function": {"name": name, "arguments": arguments}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        return Reply.json({"id": "1", "model": "m", "choices": [choice]})
    return reply


def _planned(made, text, turn):
    marks = set(ERRAND.findall(text))
    errand = next((each for each in made.errands if each.mark in marks), made.errands[0])
    nodes = errand.plan["nodes"] if turn % 4 else [{"id": "x", "do": "tool", "tool": "none"}]
    if "plan so far" in text:
        nodes = [each for each in errand.later if each["id"] not in text][:1]
    # It knows no more than it was told.
    token = _TOKEN.search(text)
    return json.loads(json.dumps(nodes).replace(errand.secret, token[0] if token else errand.secret))


def _said(text):
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return Reply.json({"id": "1", "model": "m", "choices": [choice]})


def as_depot(stage, made, number, tool, received):
    """What a depot does with a run of a tool; `stage.acted` counts what has happened, by tool and key."""
    if tool == "tools":
        return Reply.json({})
    key = received.headers.get("x-key", "none")
    if tool == "find":
        seen = sum(count > 0 for (_, known), count in stage.acted.items() if known == key)
        return Reply.json({}, headers={"x-seen": str(seen)})
    stage.turns[number] += 1
    depot = made.depots[number]
    what = depot.faults[stage.turns[number] % len(depot.faults)]
    if what in ("well", "long", "late") and not (tool.startswith(("put", "wipe")) and stage.acted[tool, key]):
        stage.acted[tool, key] += 1
    match what:
        case "long":
            return Reply.json({"of": received.body.decode(), "more": "so it goes on " * 500})
        case "late" | "silent":
            return Reply(pieces=(End.SILENCE,))
        case "fails":
            return Reply.json({"no": 1}, status=500)
        case "limits":
            return Reply.json({"no": 1}, status=429)
        case "refuses":
            return Reply.json({"no": "text is refused"}, status=400)
        case "closes":
            return Reply(status=None, pieces=(End.CUT,))
        case "redirects":
            return Reply(status=307, headers={"location": f"{stage.trap.url}/elsewhere"})
    return Reply.json(stage.turns[number] if stage.turns[number] % 3 else received.body.decode())

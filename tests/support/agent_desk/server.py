"""A world of notes for tests, that writes down what it applies: a server of MCP that is quick to start."""

import json
import os
import sys
from pathlib import Path

STATE = Path(sys.argv[1])
NOTES, APPLIED = STATE / "notes.json", STATE / "applied.jsonl"
TASK = json.loads((STATE / "task.json").read_text())
TEXT = {"text": {"type": "string", "minLength": 1}}
KEY = {"request_id": {"type": "string"}}
WRITES = {"readOnlyHint": False, "destructiveHint": False}
TOOLS = {
    "list_notes": ("All notes, oldest first.", {}, {"readOnlyHint": True}),
    "add_note": ("Adds a note at the end.", TEXT | KEY, WRITES),
    "post_note": ("Adds a note at the end, and knows no key.", TEXT, WRITES),
    "drop_notes": ("Throws all notes away.", {}, {"destructiveHint": True}),
}


def listed():
    for name, (about, properties, annotations) in TOOLS.items():
        needed = [each for each in properties if each == "text"]
        schema = {"type": "object", "properties": properties, "required": needed}
        yield {"name": name, "description": about, "inputSchema": schema, "annotations": annotations}


def apply(tool, arguments, notes):
    arguments = dict(arguments)
    key = arguments.pop("request_id", None)
    lines = [json.loads(line) for line in APPLIED.read_text().splitlines()]
    if key is not None and any(line["key"] == key for line in lines):
        return
    if arguments.get("text") == "to be lost":
        return
    NOTES.write_text(json.dumps(notes))
    line = json.dumps({"tool": tool, "arguments": arguments, "key": key}) + "\n"
    with APPLIED.open("a") as file:
        file.write(line * (2 if arguments.get("text") == "to be doubled" else 1))
    faults = TASK["faults"]
    if faults is not None and (faults["seed"] + len(lines)) % 100 < 100 * faults["share"]:
        os._exit(1)  # applied, and nobody hears of it


def called(tool, arguments):
    notes = json.loads(NOTES.read_text())
    if tool == "list_notes":
        return {"structuredContent": {"result": notes}, "content": [text(json.dumps(notes))]}
    if arguments.get("text") == "forbidden":
        return {"isError": True, "content": [text("there is no such note")]}
    apply(tool, arguments, [] if tool == "drop_notes" else [*notes, arguments["text"]])
    return {"content": [text("done")]}


def text(words):
    return {"type": "text", "text": words}


def answered(method, params):
    if method == "initialize":
        facts = {"name": "desk", "version": "1"}
        return {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": facts}
    if method == "tools/list":
        return {"tools": list(listed())}
    return called(params["name"], params.get("arguments") or {}) if method == "tools/call" else None


if not NOTES.exists():
    NOTES.write_text(json.dumps(TASK["state"].get("notes", [])))
    APPLIED.write_text("")
for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    result = answered(message["method"], message.get("params") or {})
    reply = {"error": {"code": -32601, "message": "unknown"}} if result is None else {"result": result}
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **reply}), flush=True)

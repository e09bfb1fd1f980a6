"""An MCP server without the SDK, that misbehaves as it is told: by words on its command line, and by tool."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

OLD = "2025-11-25"
CACHED = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
MODERN = {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, **CACHED}
STRING = {"type": "object", "properties": {"text": {"type": "string"}}}
KEYED = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "request_id": {"type": "string", "minLength": 8}},
    "required": ["text", "request_id"],
}
TOOLS = {
    "echo": STRING,
    "die": STRING,
    "garbage": STRING,
    "flood": STRING,
    "huge": STRING,
    "wrong_id": STRING,
    "twice": STRING,
    "silent": STRING,
    "asks": STRING,
    "reports": STRING,
    "fails": STRING,
    "refuses": {"type": "object", "properties": {"code": {"type": "integer"}}, "required": ["code"]},
    "no_result": STRING,
    "environment": STRING,
    "closes": STRING,
    "stops": STRING,
    "pid": STRING,
    "keyed": KEYED,
    "book": STRING,
    "book_keyed": KEYED,
}


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def result(id_, text, **more):
    more |= {"resultType": "complete"} if "modern" in sys.argv else {}
    send({"jsonrpc": "2.0", "id": id_, "result": {"content": [{"type": "text", "text": text}], **more}})


def error(id_, code, message, **more):
    send({"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": message, **more}})


def call(id_, name, arguments):
    text = arguments.get("text", "")
    if name == "echo":
        result(id_, text)
    elif name == "die":
        os._exit(3)
    elif name == "garbage":
        sys.stdout.write('Welcome!\n\n{not json}\n[]\n"text"\n\x00\xff\n' + '{"jsonrpc": "2.0", "id": 77}\n')
        result(id_, text)
    elif name == "flood":
        for _ in range(100):
            sys.stderr.write("x" * 50_000 + "\n")
        result(id_, text)
    elif name == "huge":
        result(id_, "x" * 2_000_000)
    elif name == "wrong_id":
        result(id_ + 1_000, "somebody else's")
        result("nobody", "nobody's")
        result(str(id_) if text == "hi" else float(id_), text)
    elif name == "twice":
        result(id_, text)
        result(id_, "again")
    elif name == "asks":
        answers = []
        for number, method in enumerate(
            ("ping", "elicitation/create", "sampling/createMessage", "roots/list")
        ):
            send({"jsonrpc": "2.0", "id": f"s{number}", "method": method, "params": {}})
            answers.append(json.loads(sys.stdin.readline()))
        said = [answer.get("error", {}).get("code", "here") for answer in answers]
        result(id_, json.dumps(said))
    elif name == "reports":
        for step in range(5):
            token = {"progressToken": 1, "progress": step}
            send({"jsonrpc": "2.0", "method": "notifications/progress", "params": token})
            send(
                {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": 1}}
            )
            send({"jsonrpc": "2.0", "method": "notifications/never/heard/of"})
        result(id_, text)
    elif name == "fails":
        result(id_, "the printer is on fire", isError=True)
    elif name == "refuses":
        error(id_, arguments["code"], "not so")
    elif name == "no_result":
        send({"jsonrpc": "2.0", "id": id_, "result": {"content": "no list"}})
    elif name == "environment":
        result(id_, json.dumps({"env": dict(os.environ), "args": sys.argv[1:], "cwd": str(Path.cwd())}))
    elif name == "closes":
        os.close(0)
        result(id_, text)
    elif name == "stops":
        Path("stopping").touch()
        time.sleep(600)
    elif name.startswith("book"):
        book(id_, arguments)
    elif name == "keyed":
        result(id_, arguments["request_id"])
    elif name == "pid":
        result(id_, str(os.getpid()))


def book(id_, arguments):
    """An effect that outlives the server, which may die before it tells of it."""
    booked, died = Path("booked"), Path("died")
    known = booked.read_text().split() if booked.exists() else []
    key = arguments.get("request_id")
    if key is None or key not in known:
        with booked.open("a") as file:
            file.write(f"{key}\n")
    if "dies-once" in sys.argv and not died.exists():
        died.touch()
        os._exit(3)
    result(id_, "booked", structuredContent={"key": key})


def listed(id_, params):
    lacks = Path("lacks").read_text() if Path("lacks").exists() else ""
    names = sorted(name for name in TOOLS if name != lacks)
    described = dict(word.split("=", 1) for word in sys.argv[1:] if "=" in word)
    if Path("echo-is").exists():
        described["echo"] = Path("echo-is").read_text()
    if "endless" in sys.argv:
        cursor = str(int(params.get("cursor", "0")) + 1)
        tool = {"name": f"tool_{cursor}", "inputSchema": STRING}
        return send({"jsonrpc": "2.0", "id": id_, "result": {"tools": [tool], "nextCursor": cursor}})
    start = int(params.get("cursor", 0))
    page = [
        {"name": name, "description": described.get(name, f"It {name}s."), "inputSchema": TOOLS[name]}
        for name in names
    ]
    if "hints" in sys.argv:
        for tool in page:
            tool["annotations"] = {"readOnlyHint": tool["name"] == "echo"}
    answer = {"tools": page[start : start + 7], **(CACHED if "modern" in sys.argv else {})}
    if start + 7 < len(names):
        answer["nextCursor"] = str(start + 7)
    return send({"jsonrpc": "2.0", "id": id_, "result": answer})


def main():
    if "leaks" in sys.argv:
        sys.exit(f"wrong login: {os.environ['NOTES_LOGIN']}")
    if Path("no-more").exists():
        sys.exit("no more")
    if "broken" in sys.argv:
        sys.exit("ModuleNotFoundError: No module named 'notes'")
    if "mute" in sys.argv:
        time.sleep(600)
    if "parent" in sys.argv:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path("child.pid").write_text(str(child.pid))
    if "slow" in sys.argv:
        time.sleep(0.6)
    for line in sys.stdin:
        message = json.loads(line)
        method, id_, params = message["method"], message.get("id"), message.get("params") or {}
        if method == "server/discover":
            if "dies-when-discovered" in sys.argv:
                os._exit(1)
            if "modern" in sys.argv:
                send({"jsonrpc": "2.0", "id": id_, "result": MODERN})
            elif "from-tomorrow" in sys.argv:
                error(id_, -32022, "Unsupported protocol version", data={"supported": ["2027-01-01"]})
            else:
                error(id_, -32601, "Method not found")
        elif method == "initialize" and "modern" in sys.argv:
            error(id_, -32022, "Unsupported protocol version", data={"supported": ["2026-07-28"]})
        elif method == "initialize":
            info = {"name": "raw", "version": "1"}
            version = "1999-01-01" if "ancient" in sys.argv else OLD
            answer = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info}
            send({"jsonrpc": "2.0", "id": id_, "result": answer})
        elif method == "tools/list":
            listed(id_, params)
        elif method == "tools/call":
            call(id_, params["name"], params.get("arguments") or {})
        elif method == "notifications/cancelled" and "tells" in sys.argv:
            with Path("cancelled").open("a") as file:
                file.write(f"{params['requestId']}\n")
    if "stubborn" in sys.argv:
        time.sleep(600)


main()

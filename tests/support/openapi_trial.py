"""Operations of a document, called through the connector, against a mock that holds each request to it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulators.prism import Prism, Unservable
from fault_proxy import FaultProxy
from interlock import Router, ToolCall
from interlock.protocols import ConnectorCall
from interlock.testing import Reply
from interlock.types.models import Destination, Secret
from interlock_openapi.bodies import ARGUMENT, body_of
from interlock_openapi.catalog import Catalog
from interlock_openapi.document import METHODS, Document, Operation, mapping
from interlock_openapi.effects import READING
from interlock_openapi.loading import load
from interlock_openapi.options import OpenApiOptions
from interlock_openapi.parameters import parameters_of
from interlock_openapi.security import Security

KEY = "key-5b21c7d90e64"
PAIR = f"user:{KEY}"
_PROBLEM = "https://stoplight.io/prism/errors#"
_REFUSED = ("UNPROCESSABLE_ENTITY", "UNAUTHORIZED", "NO_PATH_MATCHED_ERROR", "INVALID_CONTENT_TYPE")
_LARGE = 20_000
_SHOWN = 500


def placeless(root: Mapping[str, Any]) -> dict[str, Any]:
    """The document without its servers: the mock serves every path at its own root."""
    left = ("servers", "host", "basePath")
    items = {}
    for path, item in mapping(root.get("paths")).items():
        items[path] = item
        if isinstance(item, dict):
            items[path] = {
                key: {name: each for name, each in value.items() if name not in left}
                if key in METHODS and isinstance(value, dict)
                else value
                for key, value in item.items()
                if key not in left
            }
    return {**{key: value for key, value in root.items() if key not in left}, "paths": items}


class Trial:
    """One document: what it offers, and what comes of calls.

    Attributes:
        catalog: its operations.
    """

    def __init__(self, prism: Prism, file: Path, folder: Path) -> None:
        """`folder` is where a copy of the document goes. Raises Unservable for what the mock cannot read."""
        root = placeless(load(file.read_bytes(), file.name))
        self._prism = prism
        self._path = folder / "document.json"
        self._path.write_text(json.dumps(root))
        self._url = prism.serve(self._path)
        self._document = Document(root, file.name)
        security = Security(self._document, None, chosen="", credentials={})
        self._keys = {name: PAIR if security.way(name) == "basic" else KEY for name in security.known}
        call = ConnectorCall(destination=Destination(id="api", region="us", base_url=self._url))
        secrets = {name: Secret(key) for name, key in self._keys.items()}
        self.catalog = Catalog(self._document, call, OpenApiOptions(document=self._path, credentials=secrets))

    def reads(self, name: str) -> bool:
        return self.catalog.operation(name).method in READING

    @contextmanager
    def opened(self, *names: str) -> Iterator["Calls"]:
        """Calls of these operations; those that write are let through without a person."""
        rules = [
            {"tools": f"api/{name}", "effect": "read"}
            if self.reads(name)
            else {"tools": f"api/{name}", "effect": "write", "repeat": "none"}
            for name in names
        ]
        with FaultProxy(self._url) as proxy:
            there = {"id": "api", "connector": "openapi", "region": "us", "base_url": proxy.url}
            if not self._keys:
                there["api_key"] = KEY
            there["options"] = {"document": str(self._path), "credentials": self._keys}
            with Router.from_config({"connectors": [there], "tools": {"rules": rules}}) as router:
                yield Calls(self, router, proxy)

    def arguments(self, name: str, *, whole: bool) -> dict[str, Any]:
        """Arguments that the document takes, as far as a model is shown them: all, or those that it demands.

        Raises:
            Unservable: none can be made up.
        """
        operation = self.catalog.operation(name)
        body = body_of(self._document, operation)
        media = "" if body is None else body.media
        filled = self._prism.fill(operation.method, operation.path, media=media, whole=whole)
        given = {tuple(at.lower().split(" ", 1)): value for at, value in filled["parameters"].items()}
        found: dict[str, Any] = {}
        for each in parameters_of(self._document, operation, (ARGUMENT,)):
            value = given.get((each.place, each.name.lower()))
            if value is None and each.place == "path":
                value = "a"  # the document's path has it, and nothing else
            if value is not None:
                found[each.argument] = value
        if filled["body"] is not None:
            found[ARGUMENT] = filled["body"]
        tool = self.catalog.tool(name)
        shown = {} if tool is None else tool.spec.parameters["properties"]
        return {each: value for each, value in found.items() if each in shown}


class Calls:
    """Calls through a router, and what the mock says of them."""

    def __init__(self, trial: Trial, router: Router, proxy: FaultProxy) -> None:
        self._trial = trial
        self._proxy = proxy
        self._box = router.toolbox()
        self._listed = {each.name for each in self._box.tools_sync()}

    def found(self, name: str) -> str:
        """Where a search for what the operation says of itself has it; `listed` where none is needed."""
        if name in self._listed:
            return "listed"
        operation: Operation = self._trial.catalog.operation(name)
        query = (operation.summary or name.replace("_", " "))[:400]
        said = str(
            self._box.run_sync(ToolCall(id="1", name="api_search", arguments={"query": query})).content
        )
        told = json.loads(said) if said[:1] == "{" else {"operations": ()}
        if name in [each["operation"] for each in told["operations"]]:
            return "first 5"
        others = told.get("others", ())
        return "first 15" if any(each.startswith(f"{name}: ") for each in others) else "not found"

    def call(self, name: str, *, whole: bool) -> dict[str, Any]:
        """What the mock says of one call, `verdict`, and what came of it, `outcome`."""
        try:
            arguments = self._trial.arguments(name, whole=whole)
        except Unservable as error:
            return {"verdict": "no arguments", "said": str(error)}
        asked: dict[str, Any] = {"name": name, "arguments": arguments}
        if name not in self._listed:
            asked = {"name": "api_call", "arguments": {"operation": name, "arguments": arguments}}
        before, sent = len(self._proxy.requests), len(self._proxy.exchanges)
        try:
            outcome = self._box.run_sync(ToolCall(id="2", **asked))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            return {"verdict": "raised", "said": f"{type(error).__name__}: {error}"[:_SHOWN]}
        row = {"outcome": outcome.outcome, "arguments": arguments, "told": str(outcome.content)[:_SHOWN]}
        if len(self._proxy.exchanges) == sent:
            # A validator that breaks over a request has not said that it is wrong.
            verdict = "not sent" if len(self._proxy.requests) == before else "not answered"
            return {**row, "verdict": verdict, "said": row["told"]}
        made = self._proxy.exchanges[-1]
        verdict, said = judged(made.reply)
        line = f"{made.request.method} {made.request.path}"[:_SHOWN]
        body = made.request.body[:_SHOWN].decode("latin-1")
        return {**row, "verdict": verdict, "said": said, "request": line, "body": body}


def judged(reply: Reply) -> tuple[str, str]:
    """Whether the mock takes the request, and what it says against it; `not answered` where it takes it, and
    can make up no reply.
    """
    body = reply.body[:_LARGE].decode("utf-8", "replace")
    told: Mapping[str, Any] = {}
    if body[:1] == "{" and _PROBLEM in body and len(reply.body) < _LARGE:
        told = json.loads(body)
    kind = str(told.get("type", "")).removeprefix(_PROBLEM)
    violations = reply.headers.get("sl-violations", "")
    listed = json.loads(violations) if violations.startswith("[") else ()
    bad = [each for each in listed if each["location"][0] == "request" and each["severity"] == "Error"]
    many = not listed and '"location":["request"' in violations
    if bad or many or kind in _REFUSED:
        return "refused", json.dumps(bad or told.get("validation") or kind or violations)[:_SHOWN]
    return ("not answered", kind) if kind else ("accepted", "")

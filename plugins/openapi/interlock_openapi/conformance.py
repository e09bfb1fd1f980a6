"""What `interlock plugins check` runs: an API with notes that gives its document and heeds keys."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from interlock.testing import ConnectorConformance, Received, Reply
from interlock_openapi import OpenApi, OpenApiOptions

_NOTE = {"type": "object", "properties": {"text": {"type": "string", "minLength": 1}}, "required": ["text"]}
_TEXTS = {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}}
_OK = {"200": {"description": "Done.", "content": {"application/json": {"schema": _TEXTS}}}}
DOCUMENT: Mapping[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "security": [{"token": []}],
    "paths": {
        "/notes": {
            "get": {
                "operationId": "listNotes",
                "summary": "List notes",
                "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}}],
                "responses": _OK,
            },
            "post": {
                "operationId": "addNote",
                "summary": "Add a note",
                "parameters": [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}],
                "requestBody": {"required": True, "content": {"application/json": {"schema": _NOTE}}},
                "responses": _OK,
            },
        }
    },
}


class Notes:
    """Answers for such an API, pages of two."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}

    def __call__(self, request: Received) -> Reply:
        path = urlsplit(request.path)
        if path.path == "/openapi.json":
            return Reply.json(json.loads(json.dumps(DOCUMENT)))
        if request.headers.get("authorization") != f"Bearer {OpenApiConformance.key}":
            return Reply.json({"message": "who are you?"}, status=401)
        if request.method == "POST":
            key = request.headers["idempotency-key"]
            text = self.notes.setdefault(key, request.json()["text"])
            return Reply.json({"id": key[:8], "text": text}, status=201)
        page = int(parse_qs(path.query).get("page", ["1"])[0])
        return Reply.json([{"text": f"note {page * 2 + at}", "secret": True} for at in range(2)])


class OpenApiConformance(ConnectorConformance):
    kind = OpenApi()
    options = OpenApiOptions(fetch="/openapi.json")
    service = Notes
    arguments: ClassVar = {"list_notes": {"page": 2}, "add_note": {"body": {"text": "buy ink"}}}
    wrong: ClassVar = {"list_notes": {"page": "two"}, "add_note": {"body": {"text": 7}}}

    def effects(self, name: str, arguments: Mapping[str, Any]) -> int:  # noqa: ARG002 - of the one that writes
        return len(self.served.notes)

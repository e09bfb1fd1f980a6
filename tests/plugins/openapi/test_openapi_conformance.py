"""The connector against the rules for connectors: few operations as tools, and many behind two."""

import json
from pathlib import Path
from typing import Any, ClassVar

from interlock.protocols import Connector, ConnectorCall
from interlock_openapi import OpenApiOptions
from interlock_openapi.conformance import DOCUMENT, OpenApiConformance


class TestFew(OpenApiConformance):
    pass


class TestMany(OpenApiConformance):
    options = OpenApiOptions(fetch="/openapi.json", most_tools=1)
    arguments: ClassVar = {
        "conformance_search": {"query": "list the notes"},
        "conformance_call": {"operation": "list_notes", "arguments": {"page": 2}},
    }
    wrong: ClassVar = {
        "conformance_search": {"query": 7},
        "conformance_call": {"operation": "add_note", "arguments": {"body": {"text": 7}}},
    }


class TestFile(OpenApiConformance):
    def connector(self) -> Connector:
        path = Path("notes.json")
        path.write_text(json.dumps(DOCUMENT))
        options: Any = OpenApiOptions(document=path)
        return self.kind.open(ConnectorCall(destination=self.destination(), options=options))

# test_notes.py
"""The tools for notes against Interlock's rules."""

from collections.abc import Mapping
from typing import Any, ClassVar

from interlock_notes import AddNote, DeleteNote, FindNotes

from interlock.testing import ToolConformance


class TestFindNotes(ToolConformance):
    tool = FindNotes({"1": "buy milk"})
    arguments: ClassVar = {"find_notes": {"word": "milk"}}
    wrong: ClassVar = {"find_notes": {"word": 5}}


class TestAddNote(ToolConformance):
    tool = AddNote({})
    arguments: ClassVar = {"add_note": {"text": "buy milk"}}
    wrong: ClassVar = {"add_note": {"text": None}}

    def effects(self, name: str, arguments: Mapping[str, Any]) -> int:
        return list(self.tool.notes.values()).count(arguments["text"])


class TestDeleteNote(ToolConformance):
    tool = DeleteNote({"1": "buy milk"})
    arguments: ClassVar = {"delete_note": {"note": "1"}}

    def effects(self, name: str, arguments: Mapping[str, Any]) -> int:
        return 0 if arguments["note"] in self.tool.notes else 1

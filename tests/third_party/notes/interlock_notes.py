# interlock_notes.py
"""Notes for Interlock: a tool that reads, one that writes once whatever happens, and one that takes away."""

from interlock import Preview, Repeat, ToolOutcome, ToolSpec
from interlock.protocols import FindCall, PreviewCall, ToolRun, UndoCall


def taking(name: str, what: str) -> dict[str, object]:
    """The schema of one text."""
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": what}},
        "required": [name],
    }


class FindNotes:
    api = 1
    spec = ToolSpec(
        name="find_notes",
        description="Finds the notes that hold a word, with their ids.",
        parameters=taking("word", "what to look for"),
    )
    effect = "read"
    repeat = Repeat("natural")
    settles_within = 0.0

    def __init__(self, notes: dict[str, str]) -> None:
        self.notes = notes

    async def run(self, run: ToolRun) -> ToolOutcome:
        word = run.call.arguments.get("word")
        if not isinstance(word, str):
            return ToolOutcome(outcome="refused", content="word must be text")
        found = [f"{key}: {note}" for key, note in self.notes.items() if word in note]
        return ToolOutcome(outcome="done", content="\n".join(found[:20]), truncated=len(found) > 20)


class AddNote:
    """The key of the run is the id of the note, so that a run that is repeated writes no second one."""

    api = 1
    spec = ToolSpec(
        name="add_note", description="Writes a note.", parameters=taking("text", "what to write down")
    )
    effect = "write"
    repeat = Repeat("key")
    settles_within = 1.0

    def __init__(self, notes: dict[str, str]) -> None:
        self.notes = notes

    async def run(self, run: ToolRun) -> ToolOutcome:
        text = run.call.arguments.get("text")
        if not isinstance(text, str):
            return ToolOutcome(outcome="refused", content="text must be text")
        self.notes.setdefault(run.key, text)
        return self.written(run.key)

    async def find(self, call: FindCall) -> ToolOutcome | None:
        return self.written(call.key) if call.key in self.notes else None

    async def undo(self, call: UndoCall) -> ToolOutcome:
        self.notes.pop(call.receipt["note"], None)
        return ToolOutcome(outcome="done", content="The note is gone.")

    def written(self, key: str) -> ToolOutcome:
        return ToolOutcome(outcome="done", content=f"Written as {key}.", receipt={"note": key})


class DeleteNote:
    api = 1
    spec = ToolSpec(name="delete_note", description="Deletes a note.", parameters=taking("note", "its id"))
    effect = "destructive"
    repeat = Repeat("natural")
    settles_within = 1.0

    def __init__(self, notes: dict[str, str]) -> None:
        self.notes = notes

    async def run(self, run: ToolRun) -> ToolOutcome:
        self.notes.pop(str(run.call.arguments.get("note")), None)
        return ToolOutcome(outcome="done", content="There is no such note any more.")

    async def preview(self, call: PreviewCall) -> Preview:
        note = self.notes.get(str(call.call.arguments.get("note")))
        told = f"Deletes the note “{note}”." if note else "Deletes nothing: there is no such note."
        return Preview(text=told, changes={"deleted": [] if note is None else [note]})

"""The lines by which a list says what its verbs do: whole, where click cuts them at the edge."""

from typing import Any


def unabridged(command: Any) -> Any:
    """The command, whose lists and those below wrap each line; None as it is."""
    if command is not None:
        command.short_help = command.short_help or _sentence(command.help or "")
        for each in getattr(command, "commands", {}).values():
            unabridged(each)
    return command


def _sentence(text: str) -> str:
    """The first of it."""
    words = text.partition("\n\n")[0].split()
    end = next((at for at, word in enumerate(words) if word.endswith(".")), len(words))
    return " ".join(words[: end + 1])

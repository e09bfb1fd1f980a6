"""What stands in a command's arguments: the prompt, from wherever it comes, and lists of names."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from interlock.errors import RequestError
from interlock.types.names import nearest

# Ten times what the largest context window holds; more is a mistake, such as a device that never ends.
LARGEST: Final = 20_000_000


def read_prompt(prompt: str | None, files: Sequence[str] | None) -> str:
    """The prompt, then each file under its name. Standard input is read when it is named, or nothing else is.

    Raises:
        RequestError: there is nothing to ask, or a file cannot be read as text.
    """
    files = files or ()
    if (prompt == "-") + files.count("-") > 1:
        raise RequestError("standard input can be read once only.", key="-")
    if prompt is None and not files:
        if at_terminal():
            raise RequestError(
                "there is nothing to ask; write it as an argument, or use -f FILE or a pipe.", key="PROMPT"
            )
        prompt = "-"
    text = _standard_input() if prompt == "-" else prompt or ""
    if not prompt and len(files) == 1:
        text = _file(files[0])
    else:
        named = (f"{_name(file)}:\n\n{_file(file)}" for file in files)
        text = "\n\n".join(part for part in (text.strip("\n"), *named) if part)
    if not text.strip():
        raise RequestError("it is empty; there is nothing to ask.", key="PROMPT")
    return text


def at_terminal() -> bool:
    """Whether a person would have to type the prompt."""
    return sys.stdin is None or sys.stdin.isatty()


def pairs(metadata: Iterable[str] | None) -> dict[str, str]:
    """Of KEY=VALUE, as it is written on the command line. Raises RequestError for anything else."""
    found: dict[str, str] = {}
    for text in metadata or ():
        name, sign, value = text.partition("=")
        if not (sign and name):
            raise RequestError(f"expected KEY=VALUE, not {text!r}.", key="--metadata")
        found[name] = value
    return found


def conversation(prompt: str, system: str | None) -> list[dict[str, str]]:
    turns = [{"role": "system", "content": system}] if system else []
    return [*turns, {"role": "user", "content": prompt}]


def check_denied(denied: Iterable[str], known: Iterable[str]) -> None:
    """Refuse what looks like a slip of the pen: a misspelt vendor would be allowed after all.

    A name that resembles none of `known` is taken: a vendor that is not there cannot see anything.
    """
    names = sorted(set(known))
    for name in denied:
        meant = None if name.lower() in names else nearest(name, names)
        if meant is not None:
            raise RequestError(f"there is no vendor {name!r}.", key="--deny", suggestion=meant)


def parted(values: Iterable[str] | None) -> list[str]:
    """Names that were given one at a time or with commas between them."""
    return [name.strip() for value in values or () for name in value.split(",") if name.strip()]


def _name(file: str) -> str:
    return "standard input" if file == "-" else Path(file).name


def _file(file: str) -> str:
    if file == "-":
        return _standard_input()
    try:
        with Path(file).open("rb") as opened:
            return _text(opened.read(LARGEST + 1), file)
    except FileNotFoundError:
        raise RequestError(f"there is no file {file!r}.", key="--file") from None
    except IsADirectoryError:
        raise RequestError(f"{file!r} is a directory; name the files in it.", key="--file") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise RequestError(f"{file!r} cannot be read: {why}.", key="--file") from None


def _standard_input() -> str:
    return _text(sys.stdin.buffer.read(LARGEST + 1), "standard input")


def _text(raw: bytes, name: str) -> str:
    if len(raw) > LARGEST:
        raise RequestError(f"{name} is longer than {LARGEST // 1_000_000} MB.", key="--file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise RequestError(
            f"{name} is not UTF-8 text (line {line}); only text can be sent.", key="--file"
        ) from None
    if "\0" in text:
        raise RequestError(f"{name} is not text; only text can be sent.", key="--file")
    return text

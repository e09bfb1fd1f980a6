"""Runs one program step by step, and writes down how each ended. Called by programs.py alone."""

import ast
import asyncio
import builtins
import getpass
import json
import re
import runpy
import socket
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from inspect import CO_COROUTINE
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

_BLOCK = re.compile(r"^```(?:python|py)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)


def main() -> None:
    asked = json.loads(sys.argv[1])
    program = Path(asked["program"])
    swapped(Path(asked["file"]), asked["swap"])
    alone()
    if asked["swap"]:
        pointed(asked["address"])
    sys.path[0] = str(program.parent)
    sys.argv = [str(program)]
    with Path(asked["ended"]).open("w", encoding="utf-8", buffering=1) as ended:
        told: Callable[[str], None] = lambda how: print(json.dumps(how), file=ended)  # noqa: E731 - one line
        if program.suffix == ".py":
            ran_whole(program, told)
        else:
            asyncio.run(ran(list(steps(program)), told))


def swapped(file: Path, swap: Mapping[str, str]) -> None:
    """Changes the lines in place: in a notebook, they stand inside of strings."""
    text = file.read_text("utf-8")
    inside = file.suffix == ".ipynb"
    for line, other in swap.items():
        line, other = (json.dumps(each)[1:-1] if inside else each for each in (line, other))  # noqa: PLW2901
        if line not in text:
            raise SystemExit(f"{file.name} has no line {line!r}")
        text = text.replace(line, other)
    file.write_text(text, "utf-8")


def steps(program: Path) -> Iterator[str]:
    text = program.read_text("utf-8")
    if program.suffix == ".md":
        yield from (match[1] for match in _BLOCK.finditer(text))
    elif program.suffix == ".ipynb":
        for cell in json.loads(text)["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and source.strip():
                yield _MAGIC.sub(r"\1pass", source)


def ran_whole(program: Path, ended: Callable[[str], None]) -> None:
    """A script is one step, and has its own loop if it wants one."""
    try:
        runpy.run_path(str(program), run_name="__main__")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - how it ends is what is asked
        traceback.print_exc()
        ended(type(error).__name__)
    else:
        ended("ok")
    ended("end")


async def ran(sources: list[str], ended: Callable[[str], None]) -> None:
    """As a notebook does it: on one loop, with `await` in any cell."""
    names: dict[str, Any] = {"__name__": "__main__", "get_ipython": MagicMock()}
    for number, source in enumerate(sources):
        try:
            code = compile(source, f"<step {number}>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            running = eval(code, names)
            if code.co_flags & CO_COROUTINE:
                await running
        except (Exception, SystemExit) as error:  # noqa: BLE001 - how it ends is what is asked
            traceback.print_exc()
            ended(type(error).__name__)
        else:
            ended("ok")
    ended("end")


def alone() -> None:
    """No network but the vendor, nobody at the keyboard, no pictures from a website."""
    look_up = socket.getaddrinfo

    def known(host: Any, *more: Any, **others: Any) -> Any:
        if host in ("127.0.0.1", "localhost", None):
            return look_up(host, *more, **others)
        raise socket.gaierror(socket.EAI_NONAME, f"{host} is out of reach")

    socket.getaddrinfo = known
    builtins.input = lambda *_: "yes"
    getpass.getpass = lambda *_, **__: "x"
    with suppress(ImportError):
        from langchain_core.runnables.graph import Graph

        Graph.draw_mermaid_png = lambda *_, **__: b"\x89PNG\r\n\x1a\n"  # type: ignore[method-assign]


def pointed(address: str) -> None:
    """The vendors' own addresses become the loopback server's: all else is as with a key alone."""
    import interlock_anthropic
    import interlock_openai

    here = f"{address}/v1"
    interlock_anthropic.FACTS = replace(interlock_anthropic.FACTS, base_url=here)
    interlock_openai.VENDORS = tuple(
        replace(each, facts=replace(each.facts, base_url=here)) if each.facts.name == "openai" else each
        for each in interlock_openai.VENDORS
    )


if __name__ == "__main__":
    main()

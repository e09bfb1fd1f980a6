"""Serves a world on standard input and output."""

import argparse
import sys
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path

from interlock import RequestError
from interlock_evaluation.worlds.calling import Faults
from interlock_evaluation.worlds.finding import domains, world_named
from interlock_evaluation.worlds.state import Folder

_WRONG = 2


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 2 for wrong use, as where there is no such world."""
    given = _parser().parse_args(arguments)
    if find_spec("interlock_mcp") is None:
        return _wrong('worlds are served by interlock-mcp: pip install "interlock-evaluation[agents]"')
    try:
        folder = Folder(path=given.state, world=world_named(given.domain))
        faults = _faults(given, folder)
        with folder.opened():
            pass
    except (RequestError, OSError) as error:
        return _wrong(str(error))
    from interlock_evaluation.worlds.serving import server  # noqa: PLC0415 - the SDK takes most of a second
    from interlock_mcp.serving.starting import on_pipes, silence  # noqa: PLC0415 - likewise

    silence()
    return on_pipes(nullcontext(), server(folder, faults=faults, losing=given.lose))


def _faults(given: argparse.Namespace, folder: Folder) -> Faults:
    """As the command says, else as `task.json` does. Raises RequestError."""
    said = (
        folder.task().get("faults") if given.faults is None else {"share": given.faults, "seed": given.seed}
    )
    said = said or {}
    share, seed = said.get("share", 0.0), said.get("seed", 0)
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise RequestError("expected a share from 0 to 1.", key="faults")
    return Faults(share=share, seed=int(seed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m interlock_evaluation.worlds", description=__doc__)
    parser.add_argument("domain", help=f"{', '.join(domains())}, or the dotted path of a module with a WORLD")
    parser.add_argument(
        "--state", type=Path, required=True, help="the folder that holds the state; made anew"
    )
    parser.add_argument("--faults", type=float, help="the share of writes whose answer is lost")
    parser.add_argument("--seed", type=int, default=0, help="chooses which")
    parser.add_argument("--lose", choices=("error", "exit"), default="error", help="how it is lost")
    return parser


def _wrong(words: str) -> int:
    print(words, file=sys.stderr)  # noqa: T201 - a program's last words
    return _WRONG


if __name__ == "__main__":
    sys.exit(main())

"""`interlock audit erase`: what was sealed for somebody is never read again."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import FAILED, complain, note, write_json
from interlock.errors import RequestError
from interlock_audit.verbs.place import SealingOption, UrlOption, named_log, run, with_sealing_key

if TYPE_CHECKING:
    from interlock_audit.sealing.erasing import Erasure

TRACES: Final = 3
_KINDS = ("subject", "call", "entry", "handle")


def erase(
    context: typer.Context,
    *,
    subject: Annotated[
        str | None, typer.Option(metavar="NAME", help="The person, as entries' subject names them.")
    ] = None,
    call: Annotated[
        str | None, typer.Option(metavar="ID", help="A call whose entries have no subject.")
    ] = None,
    entry: Annotated[
        str | None, typer.Option(metavar="ID", help="An entry that has neither subject nor call.")
    ] = None,
    handle: Annotated[
        str | None,
        typer.Option(metavar="HANDLE", help="Whoever has that handle; this needs no sealing key."),
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who does this; it is kept sealed.")] = None,
    url: UrlOption = None,
    sealing_key: SealingOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Have nobody ever read again what was sealed for a person, or for a call without one.

    Their key is removed. No entry changes, so that verification stays as it was, and an entry tells of it.
    The exit code is 0 when the key is gone, 1 when there was none, and 3 when it is out of the log and may
    still be read in the database's files; the same command again clears them.
    """
    given = {
        kind: name
        for kind, name in zip(_KINDS, (subject, call, entry, handle), strict=True)
        if name is not None
    }
    if len(given) != 1:
        raise RequestError("name one of --subject, --call, --entry and --handle.", key="--subject")
    log = named_log(context, url)
    with_sealing_key(log, sealing_key)
    done = run(log, log.erase(**given, by=by))
    kind = next(iter(given))
    if as_json:
        write_json(
            {
                "erased": done.handle is not None,
                "handle": done.handle,
                "traces": done.traces,
                "other_sealing_keys": done.others,
            }
        )
    else:
        _tell(done, kind)
    if done.traces is not None:
        complain(f"{done.traces[0].upper()}{done.traces[1:]}. Run this again once nobody is in the way.")
        raise typer.Exit(TRACES)
    if done.handle is None:
        raise typer.Exit(FAILED)


def _tell(done: "Erasure", kind: str) -> None:
    if done.handle is not None:
        print(f"Erased. What entries have in its place leads nowhere now: {done.handle}")
        note("Backups, copies and exports with --open from before still have it.")
        return
    complain(f"There is no key of that {kind}: nothing is sealed for it here, or it was erased before.")
    for id_, count in done.others.items():
        keys = "1 key is" if count == 1 else f"{count:,} keys are"
        note(f"{keys} kept under another sealing key, {id_}: --sealing-key names its file.")

"""`interlock audit export`: what the log holds, for whoever asks what was done."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from interlock.commands import FAILED, complain, note
from interlock.errors import ConfigError, RequestError
from interlock_audit.verbs.place import (
    KeysOption,
    SealingOption,
    UrlOption,
    named_log,
    public_keys,
    run,
    with_sealing_key,
)

if TYPE_CHECKING:
    from interlock_audit import AuditLog

Format = Literal["json", "csv", "html"]


def export(
    context: typer.Context,
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where to: .json, .csv or .html.")
    ],
    as_format: Annotated[
        Format | None, typer.Option("--format", help="Without it what the file's name says.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Not before this date or time, as 2026-11-20.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="WHEN", help="Before this date or time.")] = None,
    call: Annotated[str | None, typer.Option(metavar="ID", help="Of this call alone.")] = None,
    of_run: Annotated[str | None, typer.Option("--run", metavar="ID", help="Of this run alone.")] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of this person alone; it needs the sealing key.")
    ] = None,
    opens: Annotated[
        bool,
        typer.Option("--open", help="With what is personal, opened; the log is told so. It needs --by."),
    ] = False,
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who opens it; it is kept sealed.")] = None,
    url: UrlOption = None,
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="As for verify. May be repeated."),
    ] = None,
    key: KeysOption = None,
    sealing_key: SealingOption = None,
) -> None:
    """Write what was decided, where data went, and what else happened; and what verification says of it.

    Nothing of a person is in it without --open. Each field comes with the points of the AI Act, of ISO 42001
    and of SOC 2 for which it is evidence. The exit code is 1 when verification finds something wrong; the
    file is written all the same, and says so.
    """
    from interlock_audit.exporting.entries import Scope
    from interlock_audit.exporting.export import export_log
    from interlock_audit.verifying.reading import checkpoints_in

    if opens and by is None:
        raise RequestError("--open needs --by: the log is told who has read it.", key="--by")
    form = as_format or _by_name(output)
    log = named_log(context, url)
    with_sealing_key(log, sealing_key)
    if (opens or subject is not None) and log.sealer is None:
        raise ConfigError("no sealing key is configured; --sealing-key names its file.", key="sealing")
    scope = Scope(
        since=_moment(since, "--since"),
        until=_moment(until, "--until"),
        call=call,
        run=of_run,
        handle=None if subject is None else _handle(log, subject),
    )
    files = checkpoints or [path for path in log.options.checkpoints if url is None and path.exists()]
    done = export_log(
        log,
        scope,
        output,
        form=form,
        opens=opens,
        tell=lambda count: run(log, log.note("audit.opened", by=by, entries=count, format=form)),
        sources=lambda: [checkpoints_in(path) for path in files],
        keys=public_keys(log, key),
        named=_words(since, until, call, of_run, subject),
    )
    note(f"Wrote {output}: {done.entries:,} entries. {done.verdict}")
    if not done.whole:
        complain("Error: something is wrong with this log: see `interlock audit verify`.")
        raise typer.Exit(FAILED)


def _by_name(output: Path) -> Format:
    match output.suffix.lower():
        case ".json":
            return "json"
        case ".csv":
            return "csv"
        case ".html":
            return "html"
    raise RequestError(
        f"{output} ends in none of .json, .csv and .html; --format says which.", key="--format"
    )


def _handle(log: "AuditLog", subject: str) -> str:
    from interlock_audit.exporting.export import handle_of

    handle = handle_of(log, subject)
    if handle is None:
        raise RequestError(
            "there is no key of that person: nothing is sealed for them here, or it was erased.",
            key="--subject",
        )
    return handle


def _moment(text: str | None, key: str) -> float | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text.strip()).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise RequestError(
            f"{text!r} is no date or time, as 2026-11-20 or 2026-11-20T14:30.", key=key
        ) from None


def _words(
    since: str | None, until: str | None, call: str | None, of_run: str | None, subject: str | None
) -> str:
    parts: list[Any] = [
        since and f"since {since}",
        until and f"until {until}",
        call and f"of the call {call}",
        of_run and f"of the run {of_run}",
        subject and "of one person",
    ]
    return ", ".join(filter(None, parts)) or "all"

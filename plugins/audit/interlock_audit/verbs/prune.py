"""`interlock audit prune`: remove old entries at checkpoints, so that what is left can still be verified."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import FAILED, complain, note, write_json
from interlock.errors import RequestError
from interlock_audit.verbs.checkpoint import signing_log, sworn
from interlock_audit.verbs.place import public_keys

if TYPE_CHECKING:
    from interlock_audit import AuditLog
    from interlock_audit.chaining import Heads

SHORTEST: Final = timedelta(days=183)


def prune(
    context: typer.Context,
    *,
    before: Annotated[
        str,
        typer.Option(metavar="DATE", help="Remove what is older than that day in UTC, as 2026-03-31."),
    ],
    below_six_months: Annotated[
        bool,
        typer.Option(
            "--below-six-months",
            help="Allow it for what is younger than 183 days, which AI Act 19 and 26(6) have kept.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Remove entries from the beginning of chains, each up to a checkpoint.

    The log is verified first, and left alone where something is wrong with it. An entry says what is removed,
    and a checkpoint covers that entry, before anything is.
    """
    from interlock_audit.verifying.reading import checkpoints_in, verify_database

    day = _day(before)
    if datetime.now(UTC) - day < SHORTEST and not below_six_months:
        raise RequestError(
            f"{before} is less than {SHORTEST.days} days ago, for which the AI Act has logs kept "
            "(articles 19 and 26(6)). --below-six-months removes them all the same.",
            key="--before",
        )
    log = signing_log(context)
    sources = [checkpoints_in(path) for path in log.options.checkpoints if path.exists()]
    report = verify_database(log.address, sources=sources, keys=public_keys(log, None))
    # A clock that was set back has removed nothing, and would forbid it for ever.
    if any(finding.kind != "clock" for finding in report.findings):
        complain(
            "Error: something is wrong with this log, which stays as it is: see `interlock audit verify`."
        )
        raise typer.Exit(FAILED)
    count, chains = asyncio.run(_pruned(log, day, report.pruned))
    if as_json:
        write_json({"removed": count, "chains": chains})
    note(f"Removed: {count:,} entries of {chains:,} chains. `interlock audit verify` knows of it.")


async def _pruned(log: "AuditLog", day: datetime, earlier: "Heads") -> tuple[int, int]:
    try:
        roots = await log.prunable(day.timestamp())
        if not roots:
            return 0, 0
        # What was removed before is named again: the entry that said so may be among what goes now.
        named = {chain: list(root) for chain, root in {**earlier, **roots}.items()}
        await sworn(log, "audit.pruned", before=day.date().isoformat(), roots=named)
        return await log.remove(roots), len(roots)
    finally:
        await log.aclose()


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise RequestError(f"{text!r} is no day, as 2026-03-31 is.", key="--before") from None

"""`interlock doctor`: each deployment's key, region and connection, and what to do next."""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Final

import typer

from interlock.cli import show
from interlock.cli.failures import FAILED
from interlock.cli.readiness import Finding, examine
from interlock.cli.session import session
from interlock.protocols import Provider
from interlock.types.models import Deployment

_LONGEST: Final = 10.0


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Check each deployment: key, connection, what to do next.

    No prompt and no key is sent: a connection is opened and closed, and only where a key is at hand or
    none is needed. The exit code is 0 when at least one deployment is ready, else 1.
    """
    wiring = session(context).router().wiring
    with _spinner("Connecting …"):
        findings = asyncio.run(_examine_all(wiring.deployments, wiring.offers.providers))
    if as_json:
        show.write_json([_data(finding) for finding in findings])
    else:
        _show(findings)
    ready = sum(finding.ready for finding in findings)
    if not as_json:
        show.note(f"Ready: {ready} of {len(findings)}.")
    if not ready:
        raise typer.Exit(FAILED)


async def _examine_all(
    deployments: Mapping[str, Deployment], providers: Mapping[str, Provider]
) -> list[Finding]:
    return await asyncio.gather(
        *(
            examine(each, providers, limit=min(each.timeouts.connect, _LONGEST))
            for each in deployments.values()
        )
    )


@contextmanager
def _spinner(text: str) -> Iterator[None]:
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


def _show(findings: Sequence[Finding]) -> None:
    rows = [
        (finding.deployment.id, finding.deployment.region, finding.credential, _connection(finding))
        for finding in findings
    ]
    steps = [
        (finding.deployment.id, ": ".join(part for part in (finding.detail, finding.next_step) if part))
        for finding in findings
        if not finding.ready
    ]
    checked = (("Deployment", "Region", "Credential", "Connection"), rows)
    show.tables(checked, *([(("Not ready", "What to do"), steps)] if steps else []))


def _connection(finding: Finding) -> str:
    if finding.seconds is None:
        return finding.reach
    parts = (finding.reach, f"{finding.seconds * 1000:.0f} ms", finding.detail)
    return ", ".join(part for part in parts if part)


def _data(finding: Finding) -> dict[str, Any]:
    deployment = finding.deployment
    return {
        "deployment": deployment.id,
        "model": deployment.model,
        "provider": deployment.provider,
        "region": deployment.region,
        "credential": finding.credential,
        "connection": finding.reach,
        "detail": finding.detail,
        "seconds": None if finding.seconds is None else round(finding.seconds, 4),
        "ready": finding.ready,
        "next_step": finding.next_step,
    }

"""`interlock doctor`: each deployment's key, region and connection, what stands beside them, what to do."""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.cli import show
from interlock.cli.detectors import DetectorState, examine_detectors
from interlock.cli.failures import FAILED
from interlock.cli.panels import ready as ready_ensemble
from interlock.cli.places import handling_data, place_doubts
from interlock.cli.readiness import Readiness, doubts, examine
from interlock.cli.session import session
from interlock.cli.stores import Store, examine_stores

if TYPE_CHECKING:
    from interlock.assembly import Wiring
    from interlock.toolbox import ToolSource

_LONGEST: Final = 10.0


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Check each deployment, store, connector and detector: key, connection, what to do next.

    No prompt and no key is sent to a deployment: a connection is opened and closed, and only where a key is
    at hand or none is needed. The exit code is 0 when at least one deployment is ready, every detector, and
    the log where it is required, else 1.
    """
    from interlock.assembly.switches import not_installed

    wiring = session(context).router().wiring
    connectors = list(wiring.toolboxes.sources)
    detectors = examine_detectors(wiring)
    with _spinner("Connecting …"):
        findings, stores = asyncio.run(_examine_all(wiring))
    doubtful = _doubts(wiring, findings)
    ensembles = {name: ready_ensemble(wiring.ensembles, name) for name in wiring.ensembles.near()}
    if as_json:
        beside = [*map(_connector_data, connectors), *map(_detector_data, detectors)]
        beside += [
            {"ensemble": name, "ready": not lacking, "lacking": lacking}
            for name, lacking in ((name, wiring.ensembles.lacking(name)) for name in ensembles)
        ]
        show.write_json([*(_data(each, doubtful) for each in findings), *map(_store_data, stores), *beside])
    else:
        _show(findings, stores, connectors, detectors, list(ensembles.items()))
        for name, sentences in doubtful.items():
            for sentence in sentences:
                show.note(f"{name}: {sentence}")
        if absent := not_installed(wiring.host):
            show.note(f"Switched off, and not installed here: {', '.join(absent)}.")
    ready = sum(finding.ready for finding in findings)
    if not as_json:
        show.note(f"Ready: {ready} of {len(findings)}.")
    needed = [each.ready for each in stores if each.needed] + [each.ready for each in detectors]
    if not ready or not all(needed):
        raise typer.Exit(FAILED)


async def _examine_all(wiring: "Wiring") -> tuple[list[Readiness], list[Store]]:
    deployments = asyncio.gather(
        *(
            examine(each, wiring.offers.providers, limit=min(each.timeouts.connect, _LONGEST))
            for each in wiring.deployments.values()
        )
    )
    return await asyncio.gather(deployments, examine_stores(wiring))


@contextmanager
def _spinner(text: str) -> Iterator[None]:
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


def _show(
    findings: Sequence[Readiness],
    stores: Sequence[Store],
    connectors: Sequence["ToolSource"],
    detectors: Sequence[DetectorState],
    ensembles: Sequence[tuple[str, str]],
) -> None:
    rows = [
        (finding.deployment.id, finding.deployment.region, finding.credential, _connection(finding))
        for finding in findings
    ]
    steps = [
        (finding.deployment.id, _step(finding.detail, finding.next_step))
        for finding in findings
        if not finding.ready
    ]
    steps += [(store.name, _step(store.problem, store.next_step)) for store in stores if not store.ready]
    steps += [(source.id, _step("", source.lacks)) for source in connectors if source.lacks]
    steps += [(each.name, _step("", each.next_step)) for each in detectors if not each.ready]
    tools = [(each.id, each.destination.region, _credential(each), each.kind) for each in connectors]
    parts: list[tuple[Sequence[str], Sequence[Sequence[str]]]] = [
        (("Deployment", "Region", "Credential", "Connection"), rows),
        (("Store", "Address", "Connection"), [(each.name, each.address, _reached(each)) for each in stores]),
        (("Connector", "Region", "Credential", "Kind"), tools),
        (("Detector", "Finds"), [(each.name, ", ".join(each.kinds)) for each in detectors]),
        (("Ensemble", "Ready"), ensembles),
        (("Not ready", "What to do"), steps),
    ]
    show.tables(*(part for part in parts if part[1]))


def _doubts(wiring: "Wiring", findings: Sequence[Readiness]) -> dict[str, tuple[str, ...]]:
    """Of each deployment, what is unwise or doubtful and keeps nobody from asking it, in sentences."""
    today = datetime.now(UTC).date()
    types = {item.id: item.deployment_type for item in wiring.config.deployments}
    found = {}
    for deployment in (finding.deployment for finding in findings):
        provider = wiring.offers.providers.get(deployment.provider)
        facts = provider.facts if provider else None
        places = place_doubts(deployment, facts, types.get(deployment.id), today)
        found[deployment.id] = (*doubts(deployment, today), *(f"{each}." for each in places))
    return found


def _step(problem: str, step: str) -> str:
    """What is wrong, and what to do about it, as sentences."""
    return " ".join(part if part.endswith(".") else f"{part}." for part in (problem, step) if part)


def _reached(store: Store) -> str:
    return "ok" if store.ready else "failed"


def _connection(finding: Readiness) -> str:
    if finding.seconds is None:
        return finding.reach
    parts = (finding.reach, f"{finding.seconds * 1000:.0f} ms", finding.detail)
    return ", ".join(part for part in parts if part)


def _data(finding: Readiness, doubtful: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    deployment = finding.deployment
    return {
        "deployment": deployment.id,
        "model": deployment.model,
        "provider": deployment.provider,
        "region": deployment.region,
        "declared": deployment.declared,
        "handling": handling_data(deployment.handling),
        "credential": finding.credential,
        "connection": finding.reach,
        "detail": finding.detail,
        "seconds": None if finding.seconds is None else round(finding.seconds, 4),
        "ready": finding.ready,
        "next_step": finding.next_step,
        "warning": " ".join(doubtful[deployment.id]),
    }


def _store_data(store: Store) -> dict[str, Any]:
    return {
        "store": store.name,
        "address": store.address,
        "connection": _reached(store),
        "detail": store.problem,
        "ready": store.ready,
        "next_step": store.next_step,
    }


def _credential(source: "ToolSource") -> str:
    """Where a connector's key comes from, and never the key."""
    credential = source.destination.credential
    return credential.source or ("none found" if credential.needed else "none needed")


def _connector_data(source: "ToolSource") -> dict[str, Any]:
    return {
        "connector": source.id,
        "kind": source.kind,
        "region": source.destination.region,
        "issuer": None if source.issuer is None else source.issuer.base_url,
        "credential": _credential(source),
        "ready": not source.lacks,
        "next_step": _step("", source.lacks),
    }


def _detector_data(detector: DetectorState) -> dict[str, Any]:
    return {
        "detector": detector.name,
        "kinds": list(detector.kinds),
        "ready": detector.ready,
        "next_step": _step("", detector.next_step),
    }

"""What a strand does that can go no further without somebody: it says what for, and is suspended."""

from typing import NoReturn

from interlock_agents.budgets import Spent
from interlock_agents.engines import Suspended
from interlock_agents.errors import OverBudget
from interlock_agents.places import Place
from interlock_agents.running import rows
from interlock_agents.running.parts import Parts, Scene
from interlock_agents.running.state import WaitsFor


async def suspend(
    parts: Parts, scene: Scene, place: str, kind: WaitsFor, text: str, *, subject: str = ""
) -> NoReturn:
    """Keep what is waited for, tell it, and raise Suspended."""
    await waits(parts, scene, place, kind, text, subject=subject)
    raise Suspended(text)


async def waits(
    parts: Parts, scene: Scene, place: str, kind: WaitsFor, text: str, *, subject: str = ""
) -> str | None:
    """Keep what is waited for; the answer, as it was encoded, once somebody has given one."""
    row = await parts.store.run(
        lambda connection: rows.wait(
            connection,
            scene.run.id,
            place,
            node=scene.id,
            kind=kind,
            subject=subject,
            told=text,
            now=parts.clock(),
        )
    )
    if row["answered"] is not None:
        found: str | None = row["answer"]
        return found
    parts.events.tell("waiting", scene.run.id, scene.id, waits_for=kind)
    return None


async def out_of(parts: Parts, scene: Scene, place: Place | str, error: OverBudget) -> NoReturn:
    """The run, or the node, has used up what it may use: a person may give more."""
    kind: WaitsFor = "calls" if error.limit == "calls" else "budget"
    text = str(error) if kind == "budget" else f"the run has made its {scene.run.limit} calls"
    await suspend(parts, scene, place if isinstance(place, str) else place.step, kind, text)


async def heed(parts: Parts, scene: Scene) -> None:
    """Raise Suspended where somebody, in whichever process, has cancelled the run."""
    if await parts.store.read(lambda it: rows.is_cancelled(it, scene.run.id)):
        raise Suspended("the run was cancelled")


async def warn(parts: Parts, scene: Scene, account: Spent) -> None:
    """Tell once that most of a run's calls, or of its budget, are used up."""
    near = bool(account.near)
    if near and await parts.store.run(lambda it: rows.warn(it, scene.run.id)):
        parts.events.tell("warning", scene.run.id, scene.id, near=list(account.near))

"""Effects that nobody works on any more, looked after under the constraints of their runs."""

from interlock import InterlockError, RequestError, Router
from interlock_agents.ledger import Effect, ToolboxHands
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.ledger.reconciling import HandsOf, Reconciled
from interlock_agents.running.beginning import Beginning
from interlock_agents.running.options import RunOptions


async def looked_after(
    run: str | None, *, ledger: Ledger, beginning: Beginning, router: Router, usual: RunOptions
) -> Reconciled:
    """What comes of it, of a run or of all; `usual` holds for effects of runs that are not kept here.

    Raises:
        StoreError: the store cannot be used.
    """
    known: list[Effect] = []
    busy: list[str] = []
    failed: dict[str, InterlockError] = {}
    for each in dict.fromkeys(effect.place.run for effect in await ledger.open(run)):
        row = await beginning.read(each)
        options = usual if row is None else RunOptions.read(row["options"])
        found = await ledger.reconcile(each, _hands(ledger, router, options))
        known += found.effects
        busy += found.busy
        failed |= found.failed
    return Reconciled(effects=tuple(known), busy=tuple(busy), failed=failed)


def _hands(ledger: Ledger, router: Router, options: RunOptions) -> HandsOf:
    """What carries out tools under these constraints."""
    toolbox = router.toolbox(constraints=options.constraints, grants=ledger.grants)

    async def hands(name: str) -> ToolboxHands | None:
        try:
            return await ToolboxHands.of(toolbox, name)
        except RequestError:
            return None

    return hands

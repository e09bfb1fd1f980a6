"""Runs that another framework executes: there is no plan of theirs, but effects, an account and requests."""

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from interlock.commands import printable
from interlock_agents.approvals import Approval, Requests
from interlock_agents.approvals.seeing import seen
from interlock_agents.budgets import Spent
from interlock_agents.budgets.accounts import report
from interlock_agents.budgets.spent import words
from interlock_agents.budgets.tables import KINDS
from interlock_agents.ledger import Effect

if TYPE_CHECKING:
    from interlock_agents.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsewhereRun:
    """What is known of it: `approvals` nobody has answered yet, and all its effects."""

    id: str
    account: Spent
    approvals: Sequence[Approval]
    effects: Sequence[Effect]

    @property
    def unknown(self) -> list[Effect]:
        """Those that a person has to look at."""
        return [each for each in self.effects if each.state == "unknown"]


async def elsewhere(ledger: "Ledger", run: str) -> ElsewhereRun | None:
    """The run, or None where nothing is known of one of that name.

    Raises:
        StoreError: the store cannot be read.
    """
    account = await ledger.store.read(lambda connection: report(connection, run))
    approvals = await Requests(store=ledger.store).pending(run)
    effects = await ledger.effects(run)
    if not (effects or approvals or account.limits or account.spent or account.held):
        return None
    return ElsewhereRun(id=run, account=account, approvals=tuple(approvals), effects=effects)


def to_plain(run: ElsewhereRun) -> dict[str, Any]:
    """The run without its effects. Amounts are US dollars, tokens, seconds and calls."""
    return {
        "id": run.id,
        "spent": asdict(run.account.spent),
        "held": asdict(run.account.held),
        "limits": dict(run.account.limits),
        "waiting_for": [
            *({"kind": "approval", "id": each.id, "tool": each.request.tool} for each in run.approvals),
            *({"kind": "effect", "id": each.id, "tool": each.tool} for each in run.unknown),
        ],
    }


def show_elsewhere(run: ElsewhereRun) -> None:
    """The run for people, on standard output."""
    print(printable(f"{seen(run.id)}: executed elsewhere, {_spent(run.account)}"))
    if run.approvals or run.unknown:
        print("\nIt waits for:")
    for approval in run.approvals:
        print(printable(f"  consent to {seen(approval.request.tool)}"))
        print(printable(f"    interlock agent approve {shlex.quote(approval.id)}"))
    for effect in run.unknown:
        print(printable(f"  what has become of {seen(effect.id)}"))
        print(printable(f"    interlock agent decide {shlex.quote(effect.id)} confirmed --evidence '…'"))


def _spent(account: Spent) -> str:
    told = []
    for kind in KINDS:
        used, limit = account.used(kind), account.limits.get(kind)
        if used or limit is not None:
            told.append(words(kind, used) + (f" of {words(kind, limit)}" if limit is not None else ""))
    return ", ".join(told) or "without a budget"

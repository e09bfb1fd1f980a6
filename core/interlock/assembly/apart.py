"""What a router shares with other processes and cannot reach now, in words for whoever runs it."""

from interlock.config import Config
from interlock.engine.ledger_writer import LedgerWriter
from interlock.engine.limiting import Limiting
from interlock.engine.sharing import Sharing


def cut_off(
    config: Config, limiting: Limiting | None, sharing: Sharing | None, ledger: LedgerWriter | None
) -> dict[str, str]:
    """What holds meanwhile, by what it is; see `Router.apart`."""
    found = {}
    if limiting is not None and limiting.problem:
        share, nothing = "each process keeps to its share", "nothing that they concern is sent"
        found["limits"] = share if limiting.apart else nothing
    if sharing is not None and sharing.problem:
        found["health"] = "each process knows what it sees itself"
    if ledger is not None and ledger.problem:
        grace = config.ledger is not None and config.ledger.down == "grace"
        alone, nothing = "each process counts by itself", "nothing that budgets concern is sent"
        found["ledger"] = alone if grace else nothing
    return found

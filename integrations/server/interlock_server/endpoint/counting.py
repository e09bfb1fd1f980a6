"""Whether budgets hold where several processes serve: each by itself would allow the whole of them."""

from collections.abc import Iterable

from interlock import ConfigError, Router
from interlock_server.endpoint.live import Settings
from interlock_server.keys.places import is_url
from interlock_server.principals import Principal


def check_budgets(router: Router, settings: Settings) -> None:
    """Raises ConfigError where something is counted, or may be soon, and no ledger counts it for all."""
    if not router.counts_alone:
        return
    if router.budgets:
        raise _apart(f"the budget {router.budgets[0]!r}")
    if settings.keys is not None and is_url(settings.keys):
        # Anybody may give a key one while the server runs.
        raise _apart("the limits that keys of a database may have")


def check_limits(keys: Iterable[Principal], router: Router) -> None:
    """The same of the limits of keys that were read."""
    if router.counts_alone and (limited := next((each for each in keys if each.limits), None)) is not None:
        raise _apart(f"the limits of the key {limited.id}")


def _apart(what: str) -> ConfigError:
    told = f"each of several processes would allow the whole of {what}"
    way = "name a ledger that counts for all, such as redis://… or postgresql://…, or serve by one process"
    return ConfigError(f"{told}; {way}.", key="ledger")

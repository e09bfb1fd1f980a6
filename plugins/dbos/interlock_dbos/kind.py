"""The kind of engine that interlock-agents finds for `dbos+sqlite` and `dbos+postgresql`."""

from typing import TYPE_CHECKING

from interlock import StoreError
from interlock.protocols import API
from interlock.types.stores import StoreCall
from interlock_agents import DurableEngine, EngineCall
from interlock_sql import address_of

if TYPE_CHECKING:
    from interlock_agents.engines.delegating import Delegation

_PREFIX = "dbos+"
SCHEMES = ("dbos+sqlite", "dbos+postgresql", "dbos+postgres")


class DbosEngines:
    """Engines whose runs are DBOS's workflows, in the system database that the rest of the URL names."""

    api = API
    name = "dbos"
    schemes = SCHEMES

    def open(self, call: EngineCall) -> DurableEngine:
        """The engine; DBOS is launched when it is first asked. One process has one database in it."""
        scheme, _, rest = call.url.partition("://")
        if scheme not in SCHEMES:
            raise StoreError(f"DBOS keeps runs in {' or '.join(SCHEMES[:2])}, as in dbos+sqlite:///dbos.db")
        from interlock_dbos.engine import DbosEngine  # noqa: PLC0415 - DBOS takes a second to import

        place = StoreCall(url=f"{scheme.removeprefix(_PREFIX)}://{rest}", folder=call.folder)
        return DbosEngine(call, address_of(place))

    async def delegate(self, call: "Delegation") -> str:
        """Submit a job of the kind `agent`."""
        from interlock_dbos.jobs.places import place_of  # noqa: PLC0415 - likewise
        from interlock_dbos.jobs.store import JobStore  # noqa: PLC0415 - likewise
        from interlock_dbos.jobs.submitting import submit  # noqa: PLC0415 - likewise

        place = place_of(call.url, call.folder)
        store = JobStore(place.address, thread="interlock-jobs-submit")
        spec = {"run": call.run, **call.options}
        name = f"agent:{call.run}"
        try:
            await submit(store, call.router, id=name, kind="agent", spec=spec, budget=call.usd)
        finally:
            await store.aclose()
        return name


ENGINES = DbosEngines()

"""The kind of connector, and what it opens."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from interlock import ConfigError
from interlock.protocols import API, ConnectorCall, ConnectorFacts, Tool, ToolsCall
from interlock.types.models import Destination
from interlock_salesforce.auth import auth_for
from interlock_salesforce.bulk import bulk_rows
from interlock_salesforce.changing import change_row
from interlock_salesforce.desk import service_rows
from interlock_salesforce.looking import looking_rows
from interlock_salesforce.options import SalesforceOptions
from interlock_salesforce.org import Org
from interlock_salesforce.reading import reading_rows
from interlock_salesforce.records import record_rows
from interlock_salesforce.together import together_row
from interlock_salesforce.verdicts import GONE, verdict
from interlock_tools import Auth, tool_for

_FACTS = ConnectorFacts(
    env=("SALESFORCE_API_KEY",),
    issuer=True,
    vendors=("salesforce",),
    hint="set SALESFORCE_API_KEY to consumer_key:consumer_secret of an External Client App",
)
_DOORS = ("login.salesforce.com", "test.salesforce.com")
_PAGES = (".lightning.force.com", ".my.salesforce-setup.com", ".salesforce-experience.com")


class Salesforce:
    """Salesforce, as the configuration's `connectors` name it. Where an org is, the user says."""

    api = API
    name = "salesforce"
    facts = _FACTS
    options: type | None = SalesforceOptions

    def open(self, call: ConnectorCall) -> "SalesforceConnector":
        """One org, as one user of it sees it."""
        options = call.options or SalesforceOptions()
        _check_address(call.destination)
        auth = auth_for(call.destination, options, call.issuer)
        return SalesforceConnector(call.destination, options, auth)


def _check_address(there: Destination) -> None:
    """Raises ConfigError for an address that people see, and at which no program is answered."""
    host = (urlsplit(there.base_url).hostname or "").lower()
    if host in _DOORS or host.endswith(_PAGES):
        raise ConfigError(
            f"{host} is for browsers: give the org's own address, such as https://acme.my.salesforce.com.",
            key="base_url",
        )


class SalesforceConnector:
    """Its tools are the same for every user; what one may do, Salesforce says when asked."""

    api = API
    name = "salesforce"

    def __init__(self, there: Destination, options: SalesforceOptions, auth: Auth) -> None:
        self._options = options
        self._service = Org(there, auth, meanings=(GONE,), judge=verdict)

    async def tools(self, call: ToolsCall) -> Sequence[Tool]:  # noqa: ARG002 - nothing is asked for them
        options = self._options
        rows = (
            *(*reading_rows(options), *looking_rows(options), *record_rows(options), change_row(options)),
            *(*service_rows(options), together_row(options), *bulk_rows(options)),
        )
        return [tool_for(self._service, row) for row in rows]

    async def aclose(self) -> None:
        """Nothing is held open: connections are the router's."""

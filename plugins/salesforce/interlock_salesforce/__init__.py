"""Salesforce as tools of Interlock: records, cases, tasks, SOQL and SOSL, bulk jobs.

What is created carries a reference to its run, in an external id field where the options name one, so that
Salesforce itself makes it once; else in a line of its text, by which SOQL finds it again. A record is changed
in the version that was read. An answer of 200 in which a part has failed is never told as done.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import ConnectorKind
from interlock_salesforce.kind import Salesforce
from interlock_salesforce.options import SalesforceOptions

__all__ = ["Salesforce", "SalesforceOptions"]


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [Salesforce()]

"""Purchase orders, suppliers, stock, sales orders and business partners of SAP, over OData V2 and V4.

Operations are rows on `interlock_tools`. What SAP has of its own is here: how values are written in keys and
filters, the session that goes with changes, answers of both versions in one form, and change sets.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import ConnectorKind
from interlock_sap.entities import Entity
from interlock_sap.kind import Sap
from interlock_sap.options import EntityOptions, SapOptions

__all__ = ["Entity", "EntityOptions", "Sap", "SapOptions"]


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [Sap()]

"""The operations of a system, as rows, by who asks for them."""

from collections.abc import Sequence

from interlock_sap.operations.general import general, services
from interlock_sap.operations.partners import partners
from interlock_sap.operations.purchasing import purchasing
from interlock_sap.operations.sales import sales
from interlock_sap.options import SapOptions
from interlock_tools import Operation

__all__ = ["operations", "services"]


def operations(options: SapOptions) -> Sequence[Operation]:
    """Those that the options leave."""
    every = [*purchasing(options), *partners(options), *sales(options), *general(options)]
    return [each for each in every if options.takes(each.name)]

"""What a run is given beside its call."""

from collections.abc import Mapping
from typing import TypedDict

from interlock.types.approvals import Grant
from interlock.types.request import Constraints
from interlock.types.response import Response


class RunOptions(TypedDict, total=False):
    """What `Toolbox.run` takes beside the call."""

    key: str | None
    run: str
    step: str
    constraints: Constraints | None
    timeout: float | None
    metadata: Mapping[str, str] | None
    response: Response | None


class GrantedOptions(RunOptions, total=False):
    """The same, and the consent that there is already."""

    grant: Grant | None

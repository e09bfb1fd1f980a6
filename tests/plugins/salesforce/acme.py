"""The org's keys, and how tests run tools in it."""

import json
from itertools import count
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from interlock import Router, ToolCall, ToolOutcome

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = _KEY.public_key()
PRIVATE = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
_numbers = count(1)


def name() -> str:
    """One that nothing else has."""
    return f"Acme {next(_numbers)}"


class Box:
    """A router with one connector; its policy lets everything run without a person."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.toolbox = router.toolbox()

    async def run(self, tool: str, /, *, key: str | None = None, **arguments: Any) -> ToolOutcome:
        call = ToolCall(id="call-1", name=f"salesforce_{tool}", arguments=arguments)
        return await (self.toolbox.run(call, key=key) if key else self.toolbox.run(call))

    async def told(self, tool: str, /, **arguments: Any) -> Any:
        """The JSON that a run gives; it must be done."""
        outcome = await self.run(tool, **arguments)
        assert outcome.outcome == "done", outcome
        return json.loads(str(outcome.content))

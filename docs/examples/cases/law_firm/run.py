"""The law firm: `uv run python docs/examples/cases/law_firm/run.py`. Nothing leaves this machine."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rehearsal import rehearsal

CHINESE = "请审查这份合同的违约责任条款，并指出对买方不利之处。第一条 卖方应在三十日内交付货物。"
ENGLISH = (
    "Review this limitation of liability clause of a supply agreement and list what is unusual about it."
)
CLIENT = (
    "Write to our client, clara.example@example.com, that the claim on IBAN DE89370400440532013000 is paid."
)


def main(page: Path | None = None) -> None:
    with rehearsal(Path(__file__).parent) as house:
        house.ask("A Chinese contract", CHINESE, constraints={"sensitivity": "chinese"})
        house.ask("An English contract", ENGLISH)
        house.ask("A letter with a client's data that nobody declared", CLIENT)
        house.take_down("glm-house")
        house.ask("The same, while the firm's own server is down", CLIENT)
        house.account(page)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else None)

"""The bank: `uv run python docs/examples/cases/bank/run.py`. Nothing leaves this machine."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rehearsal import rehearsal

ANALYTICS = "Write a Python function that computes the share of mortgages repaid early in each quarter."
CUSTOMER = "Explain the charge of 31 EUR to jo.example@example.com, account DE89370400440532013000."
CARD = "The card 4111 1111 1111 1111 was charged twice; what should we tell its holder?"


def main(page: Path | None = None) -> None:
    with rehearsal(Path(__file__).parent) as bank:
        bank.ask("Analytics", ANALYTICS)
        bank.ask("A customer's question", CUSTOMER)
        bank.take_down("house")
        bank.ask("The same, while the bank's own server is down", CUSTOMER)
        bank.take_down("claude-eu")
        bank.ask("The same, while nobody in the EU answers: sealed on its way, and restored", CUSTOMER)
        bank.ask("A card's number, which may not leave in any form", CARD)
        bank.account(page)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else None)

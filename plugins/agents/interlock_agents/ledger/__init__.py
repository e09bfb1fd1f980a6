"""The ledger of effects: each is written down before it is sent, and never sent again on a guess."""

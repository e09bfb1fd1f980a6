"""A guardrail that says what it finds: numbers of accounts, and faces, which nobody seals."""

from collections.abc import Iterable
from typing import Any

from guards_at_work import ACCOUNT, Accounts
from interlock.types.passages import Passage

HIDDEN = "ACC-424242"


class Senses(Accounts):
    """Seals accounts. It knows faces when it reads of them; `fails` is what it raises."""

    name = "senses"
    kinds = frozenset({"account", "face"})

    def __init__(self, fails: Exception | None = None, answers: Any = None) -> None:
        self.fails, self.answers = fails, answers
        self.asked: list[tuple[Passage, ...]] = []

    def kinds_of(self, passages: Iterable[Passage]) -> frozenset[str]:
        self.asked.append(tuple(passages))
        if self.fails is not None:
            raise self.fails
        if self.answers is not None:
            return self.answers  # type: ignore[no-any-return]
        texts = " ".join(each.text for each in self.asked[-1])
        found = {"account"} if ACCOUNT.search(texts) else set[str]()
        return frozenset(found | ({"face"} if "face" in texts else set()))

    def sealable(self, kinds: frozenset[str]) -> bool:
        return "face" not in kinds

"""What whatever remembers used grants must keep to."""

import asyncio
import inspect
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from interlock.protocols import GrantBook
from interlock.testing.rules import Conformance, expect
from interlock.types.approvals import ApprovalRequest, Grant
from interlock.types.messages import ToolCall

_MANY = 20
_ASKED = ApprovalRequest(
    call=ToolCall(id="call-7", name="delete_page", arguments={"page": 7}),
    effect="destructive",
    required=True,
    tool_digest="0" * 64,
    run="run-7",
    step="2",
)


class GrantBookConformance(Conformance):
    """The rules for books of grants. A subclass gives `book`."""

    def book(self) -> GrantBook:
        """A book that is new, in a place that is empty."""
        raise NotImplementedError

    def again(self, book: GrantBook) -> GrantBook:
        """Another one of the same place, as the next process opens it; `book` itself where nothing is kept
        beyond the process.
        """
        return book

    def test_is_a_grant_book(self) -> None:
        """A book with an awaited `consume`."""
        book = self.book()
        expect(isinstance(book, GrantBook), f"{book!r} is no GrantBook: it needs consume")
        expect(inspect.iscoroutinefunction(book.consume), "consume must be a coroutine function")

    def test_uses_a_grant_once(self) -> None:
        """`consume` is True the first time, and False ever after."""
        book, grant = self.book(), _grant()
        used = [asyncio.run(book.consume(grant)) for _ in range(3)]
        expect(used == [True, False, False], f"asked three times, it said {used}, not True and then False")

    def test_remembers_beyond_the_process(self) -> None:
        """Another book at the same place does not use a grant that was used."""
        book, grant = self.book(), _grant()
        asyncio.run(book.consume(grant))
        used = asyncio.run(self.again(book).consume(grant))
        expect(used is False, "another book of the same place used the grant a second time")

    def test_uses_a_grant_once_of_many_tasks(self) -> None:
        """Of tasks that use one grant at once, one alone is told True."""
        book, grant = self.book(), _grant()

        async def main() -> Sequence[bool]:
            return await asyncio.gather(*(book.consume(grant) for _ in range(_MANY)))

        self._once(asyncio.run(main()), "tasks")

    def test_uses_a_grant_once_of_many_threads(self) -> None:
        """Of threads that use one grant at once, each with its own loop, one alone is told True."""
        book, grant = self.book(), _grant()
        with ThreadPoolExecutor(_MANY) as pool:
            used = list(pool.map(lambda _: asyncio.run(book.consume(grant)), range(_MANY)))
        self._once(used, "threads")

    def test_knows_grants_by_their_ids(self) -> None:
        """Two grants that differ in their ids alone are both used."""
        book = self.book()
        used = [asyncio.run(book.consume(_grant())) for _ in range(2)]
        expect(used == [True, True], "of two grants that are alike but for their ids, it used one alone")

    def test_uses_no_grant_that_has_expired(self) -> None:
        """`consume` is False once `expires` has passed."""
        used = asyncio.run(self.book().consume(_grant(time.time() - 61, lasts=60)))
        expect(used is False, "it used a grant a second after it had expired")

    def _once(self, used: Sequence[bool], of: str) -> None:
        count = used.count(True)
        expect(count == 1, f"{count} of {_MANY} {of} that asked at once were told that they used the grant")


def _grant(now: float | None = None, *, lasts: float = 3600.0) -> Grant:
    """All alike, but for their ids."""
    return _ASKED.grant(approver="ada", now=now, lasts=lasts)

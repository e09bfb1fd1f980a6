"""Reviews in the store: opened, joined, voted in and closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib import import_module
from secrets import token_urlsafe
from time import time
from typing import TYPE_CHECKING, Any

from interlock import RequestError
from interlock.types.names import nearest
from interlock_evaluation.reviews.drawing import draw, items_for
from interlock_evaluation.reviews.marking import marks_of
from interlock_evaluation.reviews.review import Choice, Item, Judged, Review, Vote
from interlock_evaluation.runs import Kept, RunStore
from interlock_evaluation.store import Store

if TYPE_CHECKING:
    from interlock_evaluation.reviews.rows import Seat

_BYTES = 32
_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One item as it is shown to its reviewer, with what was said of it.

    Attributes:
        left, right: the answers' texts; None where a run has another one by now.
        cut: which of the two ended because they were as long as they may be.
        sample: the prompt's, as JSON.
        done, total: how many of the reviewer's items.
    """

    item: Item
    sample: str
    left: str | None
    right: str | None
    cut: tuple[bool, bool]
    vote: Vote | None
    done: int
    total: int


class ReviewStore:
    """What the store holds of reviews. Its methods raise StoreError.

    Links and sessions are secrets; their digests alone are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self, name: str) -> Kept:
        """All that is known of a run. Raises RequestError where there is none of that name."""
        return await RunStore(self._store).kept(name)

    async def open(self, review: Review, reviewers: Sequence[str]) -> tuple[Review, dict[str, str]]:
        """The review as it was drawn, and the secret of each reviewer's link.

        Raises:
            RequestError: there is no such run, nothing in it can be compared, or there is such a review.
        """
        kept = await RunStore(self._store).kept(review.run)
        drawn = draw(kept, review)
        review = replace(review, of=drawn.of, drawn=drawn.prompts)
        links = {name: token_urlsafe(_BYTES) for name in reviewers}
        people = {name: (_digest(link), items_for(name, review, drawn)) for name, link in links.items()}
        await self._store.run(lambda connection: _rows().put(connection, review, people))
        return review, links

    async def bring(self, review: Review, votes: Sequence[Vote]) -> None:
        """A review that was held elsewhere, with what was said in it; its reviewers have no links.

        Raises:
            RequestError: there is such a review.
        """
        names = dict.fromkeys(each.item.reviewer for each in votes)
        theirs = {name: (None, [each.item for each in votes if each.item.reviewer == name]) for name in names}

        def work(connection: Any) -> None:
            _rows().put(connection, review, theirs)
            _rows().bring(connection, votes)

        await self._store.run(work)

    async def link(self, name: str, reviewer: str) -> str:
        """The secret of a new link; the one before, and whoever came by it, are void. It lets somebody join.

        Raises:
            RequestError: there is no such review, or it is closed.
        """
        review = await self.review(name)
        if review.closed is not None:
            raise RequestError(f"is closed; `interlock eval review reopen {name}` opens it again.", key=name)
        kept: Kept | None = None
        if reviewer not in {each.name for each in (await self.judged(name)).reviewers}:
            kept = await RunStore(self._store).kept(review.run)
        items = [] if kept is None else items_for(reviewer, review, draw(kept, review))
        secret = token_urlsafe(_BYTES)

        def work(connection: Any) -> None:
            if _rows().seat(connection, review, reviewer, _digest(secret), time()):
                _rows().give(connection, review.id, items)

        await self._store.run(work)
        return secret

    async def revoke(self, name: str, reviewer: str) -> None:
        """Make a reviewer's link and session void; what they said stays.

        Raises:
            RequestError: there is no such review, or no such reviewer in it.
        """
        review = await self.review(name)
        known = [each.name for each in (await self.judged(name)).reviewers]
        if reviewer not in known:
            raise RequestError(
                f"has no reviewer {reviewer!r}; it has {', '.join(known)}.",
                key=name,
                suggestion=nearest(reviewer, known),
            )
        await self._store.run(lambda connection: _rows().seat(connection, review, reviewer, None, time()))

    async def owner(self, link: str) -> "Seat | None":
        """Whose link it is, as long as it was not used."""
        return await self._store.read(lambda connection: _rows().owner(connection, _digest(link)))

    async def use(self, link: str) -> str | None:
        """The secret of a session, once for each link; None for one that was used, or is nobody's."""
        session = token_urlsafe(_BYTES)
        used = await self._store.run(
            lambda connection: _rows().use(connection, _digest(link), _digest(session))
        )
        return session if used else None

    async def seat(self, session: str) -> "Seat | None":
        """Whose session it is."""
        return await self._store.read(lambda connection: _rows().of_session(connection, _digest(session)))

    async def next(self, seat: "Seat") -> tuple[str | None, int, int]:
        """The id of what waits for the reviewer first, and how many of how many they have answered."""

        def work(connection: Any) -> tuple[str | None, int, int]:
            rows = _rows()
            done, total = rows.progress(connection, seat)
            run = rows.review(connection, seat.review).run
            waiting = rows.open_items(connection, seat, _AT_ONCE)
            able = (each.id for each in waiting if all(rows.answers(connection, run, each)))
            return next(able, None), done, total

        return await self._store.read(work)

    async def place(self, seat: "Seat", id_: str) -> Place | None:
        """An item of this reviewer's; None for anything else."""

        def work(connection: Any) -> Place | None:
            rows = _rows()
            found = rows.item(connection, seat, id_)
            if found is None:
                return None
            item, vote = found
            run = rows.review(connection, seat.review).run
            results = rows.answers(connection, run, item)
            done, total = rows.progress(connection, seat)
            left, right = (None if each is None else each.answer or "" for each in results)
            first, second = (each is not None and each.finish_reason == "length" for each in results)
            return Place(
                item=item,
                sample=rows.sample(connection, run, item.prompt),
                left=left,
                right=right,
                cut=(first, second),
                vote=vote,
                done=done,
                total=total,
            )

        return await self._store.read(work)

    async def vote(self, seat: "Seat", id_: str, choice: Choice, comment: str) -> bool:
        """Whether this is what is kept: what was said of an item first stays. Durable when it returns."""
        return bool(
            await self._store.run(
                lambda connection: _rows().vote(
                    connection, seat, id_, choice=choice, comment=comment, now=time()
                )
            )
        )

    async def reviews(self) -> list[Review]:
        """The newest first."""
        return list(await self._store.read(lambda connection: _rows().every(connection)))

    async def review(self, name: str) -> Review:
        """Raises RequestError where there is no such review."""
        return await self._store.read(lambda connection: _rows().review(connection, name))

    async def judged(self, name: str) -> Judged:
        """A review with its reviewers and votes. Raises RequestError where there is no such review."""
        return await self._store.read(lambda connection: _rows().judged(connection, name))

    async def close(self, name: str, at: float | None) -> int:
        """Let nobody vote any more, and write the experts' marks; None opens it again, and takes them back.

        How many marks of the run's answers there are then: of all its reviews that are closed.

        Raises:
            RequestError: there is no such review.
        """
        review = await self.review(name)

        def work(connection: Any) -> int:
            rows = _rows()
            rows.close(connection, name, at)
            closed = [rows.judged(connection, each) for each in rows.closed_of(connection, review.run)]
            marks = marks_of([vote for each in closed for vote in each.votes])
            rows.mark(connection, review.run, [{"run": review.run, **each} for each in marks])
            return len(marks)

        return await self._store.run(work)


@cache
def _rows() -> Any:
    """Imported in the store's thread, for SQLAlchemy takes a while."""
    return import_module("interlock_evaluation.reviews.rows")


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()

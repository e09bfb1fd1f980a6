"""Reviews as rows, read and written within a transaction of the store's."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, func, select

from interlock import RequestError
from interlock_evaluation import tables as runs
from interlock_evaluation.reviews.drawing import digest_of
from interlock_evaluation.reviews.review import Choice, Item, Judged, Review, Reviewer, Shown, Vote
from interlock_evaluation.reviews.tables import items, reviewers, reviews, votes
from interlock_sql.building import INSERT, text

_OPTIONS = ("seed", "pairs", "share", "each", "again", "of", "drawn", "names")


class Seat(NamedTuple):
    """A reviewer of a review, as a browser is known to be theirs; `closed` while nobody may vote."""

    review: str
    reviewer: str
    closed: bool


def put(
    connection: Connection, review: Review, people: Mapping[str, tuple[str | None, Sequence[Item]]]
) -> None:
    """A review, and each reviewer's link, as its digest, with their items; None for no link."""
    if connection.execute(select(reviews.c.id).where(reviews.c.id == review.id)).first():
        raise RequestError(
            f"there is a review {review.id!r}; `interlock eval review link` lets somebody join it, and --name"
            " names another.",
            key="--name",
        )
    facts = {name: getattr(review, name) for name in _OPTIONS}
    connection.execute(
        reviews.insert().values(
            id=review.id, run=review.run, options=json.dumps(facts), opened=review.opened, closed=None
        )
    )
    for name, (link, theirs) in people.items():
        seat(connection, review, name, link, review.opened)
        give(connection, review.id, theirs)


def bring(connection: Connection, given: Sequence[Vote]) -> None:
    """Votes on items that are there."""
    rows = [
        {"item": each.item.id, "choice": each.choice, "comment": text(each.comment), "at": each.at}
        for each in given
    ]
    connection.execute(votes.insert(), rows)


def seat(connection: Connection, review: Review, name: str, link: str | None, now: float) -> bool:
    """Whether the reviewer is new; a link and a session from before are void."""
    values = {"link": link, "session": None, "made": now}
    changed = connection.execute(reviewers.update().where(_theirs(review.id, name)).values(**values))
    if changed.rowcount == 0:
        connection.execute(reviewers.insert().values(review=review.id, name=name, **values))
    return changed.rowcount == 0


def give(connection: Connection, review: str, theirs: Sequence[Item]) -> None:
    rows = [
        {
            "id": each.id,
            "review": review,
            "reviewer": each.reviewer,
            "number": each.number,
            "prompt": each.prompt,
            "left": each.left.model,
            "right": each.right.model,
            "left_repeat": each.left.repeat,
            "right_repeat": each.right.repeat,
            "left_answer": each.left.digest,
            "right_answer": each.right.digest,
            "again": each.again,
        }
        for each in theirs
    ]
    connection.execute(items.insert(), rows)


def owner(connection: Connection, link: str) -> Seat | None:
    return _seat(connection, reviewers.c.link == link)


def of_session(connection: Connection, session: str) -> Seat | None:
    return _seat(connection, reviewers.c.session == session)


def use(connection: Connection, link: str, session: str) -> bool:
    """Whether the link was good still: of two who use it at once, one has it."""
    used = reviewers.update().where(reviewers.c.link == link).values(link=None, session=session)
    return connection.execute(used).rowcount == 1


def _seat(connection: Connection, known: Any) -> Seat | None:
    found = connection.execute(
        select(reviewers.c.review, reviewers.c.name, reviews.c.closed)
        .join(reviews, reviews.c.id == reviewers.c.review)
        .where(known)
    ).one_or_none()
    return None if found is None else Seat(found.review, found.name, found.closed is not None)


def progress(connection: Connection, seat: Seat) -> tuple[int, int]:
    """How many of theirs were answered, and how many they have."""
    counted = connection.execute(
        select(func.count(votes.c.item), func.count(items.c.id))
        .select_from(items.outerjoin(votes, votes.c.item == items.c.id))
        .where(items.c.review == seat.review, items.c.reviewer == seat.reviewer)
    ).one()
    return int(counted[0]), int(counted[1])


def open_items(connection: Connection, seat: Seat, most: int) -> list[Item]:
    """Those that wait for an answer, in their order."""
    found = connection.execute(
        select(items)
        .outerjoin(votes, votes.c.item == items.c.id)
        .where(items.c.review == seat.review, items.c.reviewer == seat.reviewer, votes.c.item.is_(None))
        .order_by(items.c.number)
        .limit(most)
    )
    return [_item(row) for row in found]


def item(connection: Connection, seat: Seat, id_: str) -> tuple[Item, Vote | None] | None:
    row = connection.execute(
        select(items, votes.c.choice, votes.c.comment, votes.c.at)
        .outerjoin(votes, votes.c.item == items.c.id)
        .where(items.c.id == text(id_), items.c.review == seat.review, items.c.reviewer == seat.reviewer)
    ).one_or_none()
    if row is None:
        return None
    return _item(row), None if row.choice is None else _vote(row)


def answers(connection: Connection, run: str, each: Item) -> tuple[Any, Any]:
    """The results of the left and of the right, where they are still what was drawn."""

    def found(shown: Shown) -> Any:
        of = runs.results.c
        row = connection.execute(
            select(of.answer, of.finish_reason).where(
                of.run == run,
                of.prompt == each.prompt,
                of.model == shown.model,
                of.repeat == shown.repeat,
                of.outcome == "answer",
            )
        ).one_or_none()
        return row if row is not None and digest_of(row.answer or "") == shown.digest else None

    return found(each.left), found(each.right)


def sample(connection: Connection, run: str, prompt: str) -> str:
    of = runs.samples.c
    return str(connection.execute(select(of.sample).where(of.run == run, of.prompt == prompt)).scalar_one())


def vote(connection: Connection, seat: Seat, id_: str, *, choice: Choice, comment: str, now: float) -> bool:
    """Whether it was kept: what was said first stays, and nobody votes for another."""
    theirs = select(items.c.id).where(
        items.c.id == text(id_), items.c.review == seat.review, items.c.reviewer == seat.reviewer
    )
    open_ = select(reviews.c.id).where(reviews.c.id == seat.review, reviews.c.closed.is_(None))
    if connection.execute(theirs).first() is None or connection.execute(open_).first() is None:
        return False
    said = {"item": id_, "choice": choice, "comment": text(comment), "at": now}
    new = INSERT[connection.dialect.name](votes).values(**said)
    return connection.execute(new.on_conflict_do_nothing(index_elements=["item"])).rowcount == 1


def review(connection: Connection, name: str) -> Review:
    row = connection.execute(select(reviews).where(reviews.c.id == text(name))).one_or_none()
    if row is None:
        known = [each.id for each in every(connection)]
        told = f"there are {', '.join(known[:5])}" if known else "none was opened yet"
        raise RequestError(f"there is no review {name!r}; {told}.", key="REVIEW")
    return _review(row)


def every(connection: Connection) -> list[Review]:
    return [
        _review(row)
        for row in connection.execute(select(reviews).order_by(reviews.c.opened.desc(), reviews.c.id))
    ]


def close(connection: Connection, name: str, at: float | None) -> None:
    connection.execute(reviews.update().where(reviews.c.id == name).values(closed=at))


def people(connection: Connection, name: str) -> list[Reviewer]:
    counted = {
        row.reviewer: row
        for row in connection.execute(
            select(
                items.c.reviewer,
                func.count(votes.c.item).label("done"),
                func.count(items.c.id).label("total"),
                func.max(votes.c.at).label("last"),
            )
            .select_from(items.outerjoin(votes, votes.c.item == items.c.id))
            .where(items.c.review == name)
            .group_by(items.c.reviewer)
        )
    }
    found = connection.execute(
        select(reviewers).where(reviewers.c.review == name).order_by(reviewers.c.name)
    ).all()
    return [
        Reviewer(
            name=row.name,
            link="new" if row.link is not None else "used" if row.session is not None else "void",
            done=counted[row.name].done,
            total=counted[row.name].total,
            last=counted[row.name].last,
        )
        for row in found
    ]


def judged(connection: Connection, name: str) -> Judged:
    found = review(connection, name)
    digests = _digests(connection, found.run)
    of = runs.samples.c
    tasks = {
        row.prompt: row.task
        for row in connection.execute(select(of.prompt, of.task).where(of.run == found.run))
    }
    said = [
        _vote(row)
        for row in connection.execute(
            select(items, votes.c.choice, votes.c.comment, votes.c.at)
            .join(votes, votes.c.item == items.c.id)
            .where(items.c.review == name)
            .order_by(items.c.reviewer, items.c.number)
        )
    ]
    same = [
        each
        for each in said
        if all(
            digests.get((each.item.prompt, shown.model, shown.repeat)) == shown.digest
            for shown in (each.item.left, each.item.right)
        )
    ]
    return Judged(
        review=found,
        reviewers=people(connection, name),
        votes=same,
        changed=len(said) - len(same),
        tasks=tasks,
    )


def _digests(connection: Connection, run: str) -> dict[tuple[str, str, int], str]:
    of = runs.results.c
    found = select(of.prompt, of.model, of.repeat, of.answer).where(of.run == run, of.outcome == "answer")
    return {
        (row.prompt, row.model, row.repeat): digest_of(row.answer or "") for row in connection.execute(found)
    }


def mark(connection: Connection, run: str, given: Sequence[Mapping[str, Any]]) -> None:
    """The experts' marks of a run: these, and none from before."""
    old = and_(runs.marks.c.run == run, runs.marks.c.grader == "experts")
    connection.execute(runs.marks.delete().where(old))
    if given:
        connection.execute(runs.marks.insert(), list(given))


def closed_of(connection: Connection, run: str) -> list[str]:
    """The run's reviews that are closed."""
    found = select(reviews.c.id).where(reviews.c.run == run, reviews.c.closed.is_not(None))
    return list(connection.execute(found.order_by(reviews.c.id)).scalars())


def _theirs(review: str, name: str) -> Any:
    return and_(reviewers.c.review == review, reviewers.c.name == name)


def _review(row: Row[Any]) -> Review:
    options = json.loads(row.options)
    facts = {name: options[name] for name in _OPTIONS}
    facts["pairs"] = tuple((one, other) for one, other in facts["pairs"])
    facts["names"] = tuple(facts["names"])
    return Review(id=row.id, run=row.run, opened=row.opened, closed=row.closed, **facts)


def _item(row: Row[Any]) -> Item:
    return Item(
        id=row.id,
        reviewer=row.reviewer,
        number=row.number,
        prompt=row.prompt,
        left=Shown(model=row.left, repeat=row.left_repeat, digest=row.left_answer),
        right=Shown(model=row.right, repeat=row.right_repeat, digest=row.right_answer),
        again=bool(row.again),
    )


def _vote(row: Row[Any]) -> Vote:
    return Vote(item=_item(row), choice=row.choice, comment=row.comment, at=row.at)

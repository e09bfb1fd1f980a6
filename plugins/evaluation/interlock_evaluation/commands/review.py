"""`interlock eval review`: people compare answers of a run without knowing whose they are."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer
from typer.core import TyperGroup

from interlock.commands import note, tables, write_json
from interlock.errors import RequestError
from interlock_evaluation.commands.asked import JsonOption, StoreOption
from interlock_evaluation.commands.opening import (
    AgainOption,
    EachOption,
    NameOption,
    PairsOption,
    ReviewersOption,
    RunArgument,
    SeedOption,
    ShareOption,
    name_of,
    people_of,
    review_of,
    user_name,
)
from interlock_evaluation.commands.reviewed import export, results, status
from interlock_evaluation.commands.run import open_store

if TYPE_CHECKING:
    from interlock_evaluation.reviews.kept import ReviewStore
    from interlock_evaluation.reviews.review import Review

PORT: Final = 8792
T = TypeVar("T")

ReviewArgument = Annotated[
    str, typer.Argument(metavar="REVIEW", help="A review's name: its run's, if it has none of its own.")
]
OriginOption = Annotated[
    str, typer.Option(metavar="URL", help="Under which name people reach the pages, such as https://…")
]
PortOption = Annotated[int, typer.Option(metavar="PORT", help="0 is any that is free.")]
HostOption = Annotated[str, typer.Option(metavar="HOST", help="Where it listens.")]


class Verbs(TyperGroup):
    """A run's name in the place of a verb is opened and served."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb that is named; `start` for anything that names none."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            args = ["start", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Have people compare answers of a run, without knowing whose they are.",
)


@app.command("open")
def open_review(
    context: typer.Context,
    run: RunArgument,
    *,
    reviewers: ReviewersOption,
    pairs: PairsOption = None,
    share: ShareOption = 0.2,
    each: EachOption = None,
    again: AgainOption = 0.05,
    seed: SeedOption = None,
    name: NameOption = None,
    origin: OriginOption = f"http://127.0.0.1:{PORT}",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw prompts of a run by lot, and print a link for each reviewer, which works once."""

    async def work(kept: "ReviewStore") -> "tuple[Review, dict[str, str]]":
        drawing: dict[str, Any] = {"pairs": pairs, "share": share, "each": each, "again": again, "seed": seed}
        review = await review_of(context, kept, run, name=name, **drawing)
        return await kept.open(review, people_of(reviewers))

    opened, secrets = _with(context, store, work)
    _tell(opened, links_of(secrets, origin), as_json=as_json)
    if not as_json:
        note("`interlock eval review serve` serves the pages that these lead to.")


@app.command()
def start(
    context: typer.Context,
    run: RunArgument,
    *,
    reviewers: ReviewersOption = "",
    pairs: PairsOption = None,
    share: ShareOption = 0.2,
    each: EachOption = None,
    again: AgainOption = 0.05,
    seed: SeedOption = None,
    port: PortOption = PORT,
    store: StoreOption = None,
) -> None:
    """Open a review, if that run has none, and serve it on this machine; `review RUN` alone says the same.

    Without --reviewers you are the only one. Of a review that is there, whoever is named gets a new link.
    """
    _check_pages()
    from interlock_pages import bound, origins_of

    people = people_of(reviewers or user_name())

    async def work(kept: "ReviewStore") -> "tuple[Review, dict[str, str]]":
        found = {each.id: each for each in await kept.reviews()}.get(run)
        if found is not None:
            return found, {name: await kept.link(run, name) for name in people}
        drawing: dict[str, Any] = {"pairs": pairs, "share": share, "each": each, "again": again, "seed": seed}
        review = await review_of(context, kept, run, name=None, **drawing)
        return await kept.open(review, people)

    with bound("127.0.0.1", port) as listening:
        opened, secrets = _with(context, store, work)
        origins = origins_of("127.0.0.1", listening)
        _tell(opened, links_of(secrets, origins[0]), as_json=False)
        note("Served until it is interrupted.")
        _serve(context, store, origins, listening)


@app.command()
def serve(
    context: typer.Context,
    *,
    host: HostOption = "127.0.0.1",
    port: PortOption = PORT,
    origin: OriginOption = "",
    store: StoreOption = None,
) -> None:
    """Serve the pages of every review, until it is interrupted.

    It listens on this machine alone, unless https protects its --origin: then put a proxy that has a
    certificate before it.
    """
    _check_pages()
    from interlock_pages import bound, origins_of

    with bound(host, port, origin=origin) as listening:
        origins = origins_of(host, listening, origin)
        note(f"Reviews, at {origins[0]}, until it is interrupted. `interlock eval review link` makes links.")
        _serve(context, store, origins, listening)


@app.command()
def link(
    context: typer.Context,
    review: ReviewArgument,
    reviewer: Annotated[str, typer.Argument(metavar="NAME", help="Whose; somebody new joins.")],
    *,
    origin: OriginOption = f"http://127.0.0.1:{PORT}",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a new link for a reviewer, who goes on where they were; the one before is void."""
    (name,) = people_of(reviewer)

    async def work(kept: "ReviewStore") -> str:
        return await kept.link(review, name)

    found = links_of({name: _with(context, store, work)}, origin)
    if as_json:
        write_json({"review": review, "links": found})
    else:
        tables((("Reviewer", "Link"), list(found.items())))


@app.command("import")
def import_votes(
    context: typer.Context,
    run: RunArgument,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .csv, .jsonl or .json, as `export` writes them.")
    ],
    *,
    name: NameOption = None,
    store: StoreOption = None,
) -> None:
    """Read votes that were given elsewhere, as a review of a run, which `close` turns into marks."""
    from interlock_evaluation.reviews.importing import pairs_in, read_votes
    from interlock_evaluation.reviews.review import Review

    async def work(kept: "ReviewStore") -> int:
        found = await kept.run(run)
        votes = read_votes(file, found)
        prompts, of = len({each.item.prompt for each in votes}), len(found.samples)
        review = Review(
            id=name_of(name or run, "--name"),
            run=run,
            seed=0,
            pairs=pairs_in(votes, found.run.models),
            share=prompts / of,
            again=0.0,
            of=of,
            drawn=prompts,
            opened=time(),
        )
        await kept.bring(review, votes)
        return len(votes)

    count = _with(context, store, work)
    note(f"Read {count:,} votes. Nobody here knows whether their prompts were drawn by lot.")


@app.command()
def revoke(
    context: typer.Context,
    review: ReviewArgument,
    reviewer: Annotated[str, typer.Argument(metavar="NAME")],
    *,
    store: StoreOption = None,
) -> None:
    """Make a reviewer's link void, and the browser in which it was used; what they said stays."""

    async def work(kept: "ReviewStore") -> None:
        await kept.revoke(review, reviewer)

    _with(context, store, work)
    note(f"{reviewer} sees nothing of {review} any more.")


@app.command()
def close(context: typer.Context, review: ReviewArgument, *, store: StoreOption = None) -> None:
    """Let nobody vote any more, and write what was said as marks of the grader `experts`."""

    async def work(kept: "ReviewStore") -> int:
        return await kept.close(review, time())

    marks = _with(context, store, work)
    note(f"{review} is closed; experts have marked {marks:,} answers of its run.")


@app.command()
def reopen(context: typer.Context, review: ReviewArgument, *, store: StoreOption = None) -> None:
    """Let reviewers go on with a review that was closed, and take its marks back."""

    async def work(kept: "ReviewStore") -> int:
        return await kept.close(review, None)

    _with(context, store, work)
    note(f"{review} is open again.")


app.command()(status)
app.command()(results)
app.command()(export)


def links_of(secrets: Mapping[str, str], origin: str) -> dict[str, str]:
    """The address that each reviewer is given."""
    return {name: f"{origin.rstrip('/')}/join/{secret}" for name, secret in secrets.items()}


def _with(context: typer.Context, store: str | None, work: "Callable[[ReviewStore], Awaitable[T]]") -> T:
    from interlock_evaluation.reviews.kept import ReviewStore

    opened = open_store(context, store)

    async def done() -> T:
        try:
            return await work(ReviewStore(opened))
        finally:
            await opened.aclose()

    return asyncio.run(done())


def _check_pages() -> None:
    if find_spec("interlock_pages") is None:
        raise RequestError(
            "the pages need interlock-pages; install interlock-evaluation[review].",
            key="interlock eval review",
        )


def _serve(context: typer.Context, store: str | None, origins: Sequence[str], listening: Any) -> None:
    from interlock_evaluation.reviews.kept import ReviewStore
    from interlock_evaluation.reviews.pages.app import app_of
    from interlock_pages import serve as served

    served(app_of(ReviewStore(open_store(context, store)), origins), listening)


def _tell(review: "Review", links: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        write_json({"review": asdict(review), "links": links})
        return
    tables((("Reviewer", "Link"), list(links.items())))
    pairs = ", ".join(f"{one} and {other}" for one, other in review.pairs)
    note(
        f"{review.id}: {review.drawn:,} of {review.of:,} prompts, drawn by lot (seed {review.seed}); {pairs}."
        " Each link works once."
    )

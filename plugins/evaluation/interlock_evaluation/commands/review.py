"""`interlock eval review`: people compare answers of a run without knowing whose they are."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from secrets import randbelow
from time import time
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer
from typer.core import TyperGroup

from interlock.commands import note, session, tables, write_json
from interlock.errors import InterlockError, RequestError
from interlock_evaluation.commands.asked import JsonOption, StoreOption
from interlock_evaluation.commands.reviewed import export, results, status
from interlock_evaluation.commands.run import open_store

if TYPE_CHECKING:
    from interlock_evaluation.reviews.kept import ReviewStore
    from interlock_evaluation.reviews.review import Review

PORT: Final = 8792
_SEEDS: Final = 2**31
_LONGEST: Final = 128
T = TypeVar("T")

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's name, as `eval runs` lists them.")]
ReviewArgument = Annotated[
    str, typer.Argument(metavar="REVIEW", help="A review's name: its run's, if it has none of its own.")
]
ReviewersOption = Annotated[
    str, typer.Option(metavar="NAME,NAME", help="Who compares; each gets a link of their own.")
]
PairsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="MODEL,MODEL", help="Models that are compared with one another; again for more. Else all."
    ),
]
ShareOption = Annotated[
    float,
    typer.Option(min=0.001, max=1, metavar="SHARE", help="Of the prompts, drawn by lot: 0.2 is a fifth."),
]
EachOption = Annotated[
    int | None, typer.Option(min=1, metavar="COUNT", help="Pairs of a prompt, drawn by lot. Else all.")
]
AgainOption = Annotated[
    float,
    typer.Option(min=0, max=0.5, metavar="SHARE", help="Of the pairs, shown once more, the other way round."),
]
SeedOption = Annotated[
    int | None, typer.Option(min=0, max=_SEEDS, help="Draws the same again. Without it, drawn and kept.")
]
NameOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="What the review is called, if not as its run.")
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
        review = await _asked(context, kept, run, name=name, **drawing)
        return await kept.open(review, _people(reviewers))

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

    people = _people(reviewers or _user())

    async def work(kept: "ReviewStore") -> "tuple[Review, dict[str, str]]":
        found = {each.id: each for each in await kept.reviews()}.get(run)
        if found is not None:
            return found, {name: await kept.link(run, name) for name in people}
        drawing: dict[str, Any] = {"pairs": pairs, "share": share, "each": each, "again": again, "seed": seed}
        review = await _asked(context, kept, run, name=None, **drawing)
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
    (name,) = _people(reviewer)

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
            id=_name(name or run, "--name"),
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


async def _asked(
    context: typer.Context,
    kept: "ReviewStore",
    run: str,
    *,
    pairs: Sequence[str] | None,
    share: float,
    each: int | None,
    again: float,
    seed: int | None,
    name: str | None,
) -> "Review":
    from interlock_evaluation.reviews.drawing import pairs_of
    from interlock_evaluation.reviews.review import Review

    found = await kept.run(run)
    if found.run.ended is None:
        note(f"{run} is not whole: what it is answered later cannot be drawn.")
    named = [[model.strip() for model in several.split(",")] for several in pairs or ()]
    return Review(
        id=_name(name or run, "--name"),
        run=run,
        seed=randbelow(_SEEDS) if seed is None else seed,
        pairs=pairs_of(found.run.models, named),
        share=share,
        each=each,
        again=again,
        names=sorted({*found.run.models, *_served(found), *_known(context)}),
        opened=time(),
    )


def _served(kept: Any) -> set[str]:
    """What vendors said that they served."""
    return {each.served_model for each in kept.results.values() if each.served_model}


def _known(context: typer.Context) -> set[str]:
    """Every model that a card or a deployment names, with its maker."""
    try:
        with session(context).router() as router:
            wiring = router.wiring
            cards = wiring.catalog.cards.values()
            named = {each.name for each in wiring.deployments.values() if each.name}
            return {each.id for each in cards} | {each.maker for each in cards if each.maker} | named
    except InterlockError:
        # Reviewing asks no model, and needs no configuration: names that everybody knows are hidden without.
        note("The configuration cannot be read: names that it alone knows are not hidden.")
        return set()


def _people(named: str) -> list[str]:
    found = list(dict.fromkeys(name.strip() for name in named.split(",") if name.strip()))
    if not found:
        raise RequestError("expected NAME,NAME.", key="--reviewers")
    return [_name(each, "--reviewers") for each in found]


def _name(name: str, key: str) -> str:
    if not (name.isprintable() and 0 < len(name) <= _LONGEST):
        raise RequestError(f"expected up to {_LONGEST} printable characters.", key=key)
    return name


def _user() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):
        return "reviewer"


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

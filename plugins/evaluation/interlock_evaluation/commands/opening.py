"""What `eval review open` and `start` are told, and the review that follows."""

from collections.abc import Sequence
from secrets import randbelow
from time import time
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.commands import note, session
from interlock.errors import InterlockError, RequestError

if TYPE_CHECKING:
    from interlock_evaluation.reviews.kept import ReviewStore
    from interlock_evaluation.reviews.review import Review

_SEEDS: Final = 2**31
_LONGEST: Final = 128

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's name, as `eval runs` lists them.")]
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


async def review_of(
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
    """A review of a run, as it is drawn. Raises RequestError for what makes none."""
    from interlock_evaluation.reviews.drawing import pairs_of
    from interlock_evaluation.reviews.review import Review

    found = await kept.run(run)
    if found.run.ended is None:
        note(f"{run} is not whole: what it is answered later cannot be drawn.")
    named = [[model.strip() for model in several.split(",")] for several in pairs or ()]
    return Review(
        id=name_of(name or run, "--name"),
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


def people_of(named: str) -> list[str]:
    """The reviewers whom NAME,NAME names, each once."""
    found = list(dict.fromkeys(name.strip() for name in named.split(",") if name.strip()))
    if not found:
        raise RequestError("expected NAME,NAME.", key="--reviewers")
    return [name_of(each, "--reviewers") for each in found]


def name_of(name: str, key: str) -> str:
    """The name of a review or of a reviewer, if it can be one."""
    if not (name.isprintable() and 0 < len(name) <= _LONGEST):
        raise RequestError(f"expected up to {_LONGEST} printable characters.", key=key)
    return name


def user_name() -> str:
    """Who reviews where nobody is named."""
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):
        return "reviewer"

"""`interlock keys create`: a key, whose secret is shown once."""

from typing import Annotated

import typer

from interlock.commands import note, write_json
from interlock_server.commands.keys.fields import fields_of
from interlock_server.commands.keys.place import StoreOption, place_of

Several = list[str] | None


def create(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="What records, budgets and logs call it.")],
    *,
    name: Annotated[str | None, typer.Option(help="Whose it is, for people.")] = None,
    model: Annotated[
        Several,
        typer.Option(metavar="NAME", help="A model, deployment or ensemble for it; else all."),
    ] = None,
    task: Annotated[Several, typer.Option(metavar="TASK", help="A task that it is for; else all.")] = None,
    constraint: Annotated[
        Several,
        typer.Option(metavar="KEY=VALUE", help="Such as residency=eu, for its requests."),
    ] = None,
    limit: Annotated[
        Several,
        typer.Option(metavar="PER:…", help="Such as month:usd=200 or day:requests=60."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="When it ends, such as 2027-12-31; else never.")
    ] = None,
    sees: Annotated[bool, typer.Option("--sees", help="The pages may be looked at with it.")] = False,
    approves: Annotated[bool, typer.Option("--approves", help="Approvals may be given with it.")] = False,
    metadata: Annotated[Several, typer.Option(metavar="KEY=VALUE", help="Kept with its records.")] = None,
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a key for the endpoint. Its secret is printed once; what is kept is a digest.

    Options may be repeated where there is more than one to name. Servers know the key within a second.
    """
    from interlock_server.keys.editing import add_entry
    from interlock_server.keys.entry import principal_of
    from interlock_server.keys.secrets import digest_of, new_secret

    fields = fields_of(
        name=name,
        models=model or (),
        tasks=task or (),
        constraints=constraint or (),
        limits=limit or (),
        expires=expires,
        metadata=metadata or (),
        sees=sees,
        approves=approves,
    )
    place = place_of(context, store, made=principal_of(id_, fields))
    secret = new_secret()
    digest = digest_of(secret)
    if place.file is not None:
        add_entry(place.file, id_, digest, fields)
    else:
        place.ask(lambda opened: opened.add(id_, digest, fields))
    if as_json:
        write_json({"id": id_, "secret": secret, "sha256": digest, "fields": fields})
    else:
        note(f"The secret of {id_}, which is not shown again:")
        print(secret)  # noqa: T201 - what was asked for, alone on standard output

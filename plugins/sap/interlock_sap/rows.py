"""Operations on entities, each kind written once: read, list, create, change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from interlock import Repeat, RequestError
from interlock_sap.entities import Entity
from interlock_sap.fields import Field, body_of, filter_of, schema_of
from interlock_sap.literals import key_of, literal, same
from interlock_sap.paging import PAGE, PAGES, ODataPages
from interlock_sap.shown import preview_of
from interlock_tools import Answer, Arguments, Call, Find, Operation, reference

ETAG = {"type": "string", "minLength": 1, "maxLength": 500, "description": "the etag that reading it gave"}
_ON_FIRST = "items/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Items of what is created, which go with it in one request.

    Attributes:
        argument: their name for a model.
        most: how many there may be.
    """

    argument: str = "items"
    fields: Sequence[Field] = ()
    required: bool = True
    most: int = 100

    @property
    def schema(self) -> Mapping[str, Any]:
        """Of the argument."""
        fewest = 1 if self.required else 0
        return {"type": "array", "items": schema_of(self.fields), "minItems": fewest, "maxItems": self.most}


def reading(
    entity: Entity, name: str, description: str, *, key: Sequence[Field], kept: Sequence[str]
) -> Operation:
    """One entity by its key, with its items."""

    def request(arguments: Arguments) -> Call:
        return Call(path=_one(entity, key, arguments), query={"$expand": entity.items or None})

    return Operation(
        name=name,
        description=description,
        parameters=schema_of(key),
        effect="read",
        request=request,
        answer=Answer(at="item", fields=_kept(entity, kept)),
    )


def listing(
    entity: Entity,
    name: str,
    description: str,
    *,
    by: Sequence[Field],
    kept: Sequence[str],
    always: str = "",
    latest_first: bool = False,
) -> Operation:
    """Those that fit, page by page, in the order of their keys; `always` is a condition beside theirs."""
    order = ",".join(f"{each} desc" if latest_first else each for each in entity.key)

    def request(arguments: Arguments) -> Call:
        narrowed = " and ".join(each for each in (always, filter_of(by, arguments, entity.version)) if each)
        query = {"$filter": narrowed or None, "$orderby": order, "$top": PAGE}
        return Call(path=entity.path, query=query)

    return Operation(
        name=name,
        description=description,
        parameters=schema_of(by),
        effect="read",
        request=request,
        answer=Answer(at="items", fields=("etag", *kept)),
        pages=PAGES,
    )


def creating(
    entity: Entity,
    name: str,
    description: str,
    *,
    fields: Sequence[Field],
    items: Items | None = None,
    kept: Sequence[str],
    settles_within: float,
) -> Operation:
    """A new one, items and all in one request. It is found again by its reference, where it has one."""
    marked = entity.reference.removeprefix(_ON_FIRST)
    if items is not None:
        items = replace(items, fields=[each for each in items.fields if each.name != marked])
    fields = [each for each in fields if each.name != marked and each.name not in entity.defaults]

    def request(arguments: Arguments) -> Call:
        body = {**entity.defaults, **body_of(fields, arguments.values, entity.version)}
        children = _children(entity, items, arguments)
        mark = _mark(entity, arguments)
        if mark and entity.reference.startswith(_ON_FIRST):
            if not children:
                raise RequestError("is missing: it is found again by the first of them", key=_argument(items))
            children[0][marked] = mark
        elif mark:
            body[marked] = mark
        if children:
            body[entity.items] = children if entity.is_v4 else {"results": children}
        return Call(method="POST", path=entity.path, body=body)

    more = {items.argument: items.schema} if items is not None and items.required else {}
    parameters = schema_of(fields, more)
    if items is not None and not items.required:
        parameters["properties"][items.argument] = items.schema
    find = _by_reference(entity) if entity.reference else None
    return Operation(
        name=name,
        description=description,
        parameters=parameters,
        effect="write",
        repeat=Repeat("read" if find else "none"),
        settles_within=settles_within,
        request=request,
        answer=Answer(at="item", fields=_kept(entity, kept), receipt={each: each for each in entity.key}),
        find=find,
        preview=lambda arguments: preview_of(f"Create in {entity.set}", arguments, [request(arguments)]),
    )


def changing(
    entity: Entity,
    name: str,
    description: str,
    *,
    key: Sequence[Field],
    fields: Sequence[Field],
    settles_within: float,
) -> Operation:
    """Some fields of one, in the version that was read and in no other. It has happened when they are so."""

    def request(arguments: Arguments) -> Call:
        body = body_of(fields, arguments.values, entity.version)
        if not body:
            what = ", ".join(each.argument for each in fields)
            raise RequestError(f"there is nothing to change: give one of {what}")
        headers = {"if-match": etag_of(arguments["etag"])} if entity.versioned else {}
        return Call(method="PATCH", path=_one(entity, key, arguments), body=body, headers=headers)

    def is_so(item: Mapping[str, Any], arguments: Arguments) -> bool:
        wanted = [each for each in fields if each.argument in arguments]
        return all(same(item.get(each.name), arguments[each.argument], each.kind) for each in wanted)

    return Operation(
        name=name,
        description=description,
        parameters=schema_of([*key, *fields], {"etag": ETAG} if entity.versioned else None),
        effect="write",
        repeat=Repeat("read"),
        settles_within=settles_within,
        request=request,
        answer=Answer(at="item", fields=("etag", *entity.key)),
        find=Find(
            request=lambda arguments: Call(path=_one(entity, key, arguments)),
            items="item",
            fits=is_so,
            absent=(404,),
        ),
        preview=lambda arguments: preview_of(f"Change in {entity.set}", arguments, [request(arguments)]),
    )


def etag_of(text: str) -> str:
    """An ETag as a header. Raises RequestError for what would end it, and for `*`, which is any version."""
    if text.strip() == "*" or not text.isascii() or not text.isprintable():
        raise RequestError("is no etag that a read gives", key="etag")
    return text


def _one(entity: Entity, key: Sequence[Field], arguments: Arguments) -> str:
    values = {each.name: (arguments[each.argument], each.kind) for each in key}
    return entity.path + key_of(values, entity.version)


def _kept(entity: Entity, names: Sequence[str]) -> tuple[str, ...]:
    return ("etag", *(name.replace("items/", f"{entity.items}.") for name in names))


def _children(entity: Entity, items: Items | None, arguments: Arguments) -> list[dict[str, Any]]:
    if items is None:
        return []
    given = arguments.get(items.argument, ())
    return [
        body_of(items.fields, each, entity.version, at=f"{items.argument}.{place}.")
        for place, each in enumerate(given)
    ]


def _argument(items: Items | None) -> str:
    return "" if items is None else items.argument


def _mark(entity: Entity, arguments: Arguments) -> str:
    # Capitals: SAP keeps some fields in them whatever it is given.
    keyed = entity.reference and arguments.key
    return reference(arguments.key, longest=entity.longest).upper() if keyed else ""


def _by_reference(entity: Entity) -> Find:
    on_item = entity.reference.startswith(_ON_FIRST)
    field = entity.reference.removeprefix(_ON_FIRST)
    path = entity.item_path if on_item else entity.path

    def request(arguments: Arguments) -> Call:
        wanted = literal(_mark(entity, arguments), "string", entity.version)
        return Call(path=path, query={"$filter": f"{field} eq {wanted}", "$top": PAGE})

    return Find(
        request=request,
        items="items",
        fits=lambda item, arguments: item.get(field) == _mark(entity, arguments),
        pages=ODataPages(),
    )

"""Who is in the workspace."""

from interlock_slack.asking import FormCursor, reads
from interlock_slack.schemas import USER, object_of
from interlock_tools import Answer, Operation, Pages

_USER = (
    "id",
    "name",
    "real_name",
    "deleted",
    "is_bot",
    "tz",
    "profile.display_name",
    "profile.title",
    "profile.status_text",
)
_WHOLE = 250_000  # characters: more than three pages have


def people_rows() -> tuple[Operation, ...]:
    """They read. Addresses are not among what is told: whoever has one finds its owner."""
    return (
        Operation(
            name="slack_find_user",
            description="Finds the user who has an e-mail address.",
            parameters=object_of(
                email={"type": "string", "pattern": "^[^@\\s]+@[^@\\s]+$", "maxLength": 320}
            ),
            request=lambda asked: reads("users.lookupByEmail", email=asked["email"]),
            effect="read",
            answer=Answer(at="user", fields=_USER),
        ),
        Operation(
            name="slack_get_user",
            description="Gives the name and title of the user with an id.",
            parameters=object_of(user=USER),
            request=lambda asked: reads("users.info", user=asked["user"]),
            effect="read",
            answer=Answer(at="user", fields=_USER),
        ),
        Operation(
            name="slack_list_users",
            description="Lists the users of the workspace, bots and those who have left among them.",
            parameters=object_of(),
            request=lambda _: reads("users.list", limit=70),
            effect="read",
            answer=Answer(at="members", fields=_USER),
            pages=Pages(way=FormCursor(), most=3, items=210, characters=_WHOLE),
        ),
    )

"""Services that the package `emulate` stands in for, and what is done at each by its OpenAPI document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DOCUMENTS = Path(__file__).resolve().parents[1] / "emulators" / "openapi"
TOKEN = "test_token_admin"  # one that `emulate` knows from the start
ACCOUNT = "AC00000000000000000000000000000000"

Arguments = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """One service: its tools for a thing, from its making to its end.

    Attributes:
        key: what signs in.
        fixed: arguments of each of the tools.
        within: the tool that lists in what things are, and the argument that takes the first one's id.
        create: the tool, and what it takes for the thing of that number.
        update: likewise; None where nothing is changed.
        named: the field of what was made by which it is known, and the argument that takes it.
        shows: what the thing shows of its update.
        pages: the tool that lists, and what makes its pages small; None where there are no pages.
        listed: the tool that lists all of them.
        wrong: a run that the service refuses, with words of its own in the answer.
        stranger: words of the answer to whoever has no key; empty where it takes anybody.
        seed: what is there at the start.
    """

    service: str
    key: str = field(default=TOKEN, repr=False)
    fixed: Arguments = field(default_factory=dict)
    within: tuple[str, str] | None = None
    create: tuple[str, Callable[[int], Arguments]]
    update: tuple[str, Arguments] | None = None
    read: str
    delete: str
    named: tuple[str, str]
    shows: str = ""
    listed: str
    pages: tuple[str, Arguments] | None = None
    wrong: tuple[str, Arguments, str]
    stranger: str = ""
    seed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def document(self) -> Path:
        return DOCUMENTS / f"{self.service}.yaml"

    def __str__(self) -> str:
        return self.service


GMAIL = {"userId": "me"}
MAILS = [
    {
        "id": f"msg_{number}",
        "user_email": "ada@example.com",
        "from": "bob@example.com",
        "to": "ada@example.com",
        "subject": f"Ink {number}",
        "body_text": "Buy ink.",
        "label_ids": ["INBOX"],
    }
    for number in range(3)
]

VENDORS = (
    Vendor(
        service="stripe",
        key="sk_test_4eC39HqLyjWD",
        create=(
            "post_customers",
            lambda number: {"body": {"name": f"Ada {number}", "metadata": {"from": "a&b"}}},
        ),
        update=("post_customers_customer", {"body": {"metadata": {"tier": "gold"}}}),
        read="get_customers_customer",
        delete="delete_customers_customer",
        named=("id", "customer"),
        shows='"tier":"gold"',
        listed="get_customers",
        pages=("get_customers", {"limit": 1}),
        wrong=("get_customers_customer", {"customer": "cus_none"}, "No such customer: 'cus_none'"),
    ),
    Vendor(
        service="twilio",
        key=f"{ACCOUNT}:twilio_test_auth_token",
        fixed={"AccountSid": ACCOUNT},
        create=(
            "create_message",
            lambda number: {
                "body": {"To": "+15550001111", "From": "+15551234567", "Body": f"Ink & pens {number}"}
            },
        ),
        update=("update_message", {"body": {"Body": ""}}),
        read="fetch_message",
        delete="delete_message",
        named=("sid", "Sid"),
        shows='"body":""',
        listed="list_message",
        pages=("list_message", {"PageSize": 1}),
        wrong=("create_message", {"body": {"To": ""}}, "A 'To' phone number is required"),
        stranger="Authenticate",
    ),
    Vendor(
        service="google",
        fixed=GMAIL,
        create=("gmail_users_labels_create", lambda number: {"body": {"name": f"Ops/{number}"}}),
        update=("gmail_users_labels_patch", {"body": {"labelListVisibility": "labelHide"}}),
        read="gmail_users_labels_get",
        delete="gmail_users_labels_delete",
        named=("id", "id"),
        shows='"labelListVisibility":"labelHide"',
        listed="gmail_users_labels_list",
        pages=("gmail_users_messages_list", {"maxResults": 1}),
        wrong=("gmail_users_labels_delete", {"id": "INBOX"}, "System labels cannot be deleted"),
        stranger="invalid authentication credentials",
        seed={
            "tokens": {TOKEN: {"login": "ada@example.com", "scopes": []}},
            "google": {"users": [{"email": "ada@example.com", "name": "Ada"}], "messages": MAILS},
        },
    ),
    Vendor(
        service="okta",
        key=f"SSWS {TOKEN}",
        create=("create_group", lambda number: {"body": {"profile": {"name": f"Writers {number}"}}}),
        update=("replace_group", {"body": {"profile": {"description": "Those who write"}}}),
        read="get_group",
        delete="delete_group",
        named=("id", "groupId"),
        shows='"description":"Those who write"',
        listed="list_groups",
        pages=("list_groups", {"per_page": 1}),
        wrong=("create_group", {"body": {"profile": {"name": "Everyone"}}}, "same name already exists"),
        stranger="Authentication failed",
    ),
    Vendor(
        service="mongoatlas",
        within=("list_projects", "groupId"),
        create=(
            "create_cluster",
            lambda number: {"body": {"name": f"orders-{number}", "clusterType": "REPLICASET"}},
        ),
        update=("update_cluster", {"body": {"diskSizeGB": 40}}),
        read="get_cluster",
        delete="delete_cluster",
        named=("name", "clusterName"),
        shows='"diskSizeGB":40',
        listed="list_clusters",
        wrong=("create_cluster", {"body": {"name": "Cluster0"}}, "already exists"),
    ),
    Vendor(
        service="vercel",
        create=("create_project", lambda number: {"body": {"name": f"shop-{number}"}}),
        update=("update_project", {"body": {"framework": "astro"}}),
        read="get_project",
        delete="delete_project",
        named=("id", "idOrName"),
        shows='"framework":"astro"',
        listed="get_projects",
        pages=("get_projects", {"limit": "2"}),
        wrong=("get_project", {"idOrName": "none"}, "Project not found"),
        stranger="Authentication required",
    ),
    Vendor(
        service="resend",
        key="re_123456789",
        create=(
            "create_domain",
            lambda number: {"body": {"name": f"d{number}.example.com", "region": "eu-west-1"}},
        ),
        update=("verify_domain", {}),
        read="get_domain",
        delete="delete_domain",
        named=("id", "domain_id"),
        shows='"status":"verified"',
        listed="list_domains",
        wrong=("get_email", {"email_id": "none"}, "Email not found"),
    ),
    Vendor(
        service="clerk",
        key=f"Bearer sk_{TOKEN}",
        create=(
            "create_user",
            lambda number: {"body": {"first_name": f"Ada{number}", "email_address": [f"a{number}@b.c"]}},
        ),
        update=("update_user", {"body": {"last_name": "Byron"}}),
        read="get_user",
        delete="delete_user",
        named=("id", "user_id"),
        shows='"last_name":"Byron"',
        listed="get_user_list",
        pages=("get_user_list", {"limit": 1}),
        wrong=("get_user", {"user_id": "user_none"}, "User not found"),
        stranger="Authentication failed",
    ),
)

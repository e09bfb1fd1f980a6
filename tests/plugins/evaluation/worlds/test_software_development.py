"""Tasks of software development: what is plausible and wrong fails, what is right in another way passes."""

from pathlib import Path
from typing import Any

import pytest

from interlock_evaluation.worlds.state import Folder
from world_tasks import Call, begun, failed, played, solution_of, tasks_of

DOMAIN = "software_development"


def made(tool: str, **arguments: Any) -> Call:
    return tool, arguments


def edit(branch: str, path: str, old: str, new: str) -> Call:
    return made("files_edit", branch=branch, path=path, old=old, new=new, message="Change it")


def proposed(head: str, base: str = "main", body: str = "Done.") -> Call:
    return made("pulls_create", title="A change", body=body, head=head, base=base)


def branch(name: str, source: str = "main") -> Call:
    return made("branches_create", name=name, source=source)


def solved(id_: str, **changed: Any) -> list[Call]:
    """The solution, with other arguments for the tools that are named; None leaves a tool's calls out."""
    found = []
    for tool, arguments in solution_of(tasks_of(DOMAIN)[id_]):
        if tool not in changed:
            found.append((tool, arguments))
        elif changed[tool] is not None:
            found.append((tool, {**arguments, **changed[tool]}))
    return found


FREE = "fix/free-shipping"
SHIPPING = "shop/shipping.py"
LOCK = {
    version: f"quillparse=={version} {hash_}"
    for version, hash_ in (
        ("2.3.1", "sha256:a6136fd79165c134"),
        ("2.3.4", "sha256:bf35331bff9cae0d"),
        ("2.3.5", "sha256:15837e4892b29a75"),
        ("2.4.3", "sha256:2ba75bb892f62404"),
        ("3.0.0", "sha256:24403a6325701e6e"),
    )
}


def bumped(version: str) -> list[Call]:
    return [
        branch("deps/quillparse"),
        edit("deps/quillparse", "dependencies.txt", "quillparse==2.3.1", f"quillparse=={version}"),
        edit("deps/quillparse", "dependencies.lock", LOCK["2.3.1"], LOCK[version]),
        proposed("deps/quillparse"),
    ]


NEW = "rename/free-shipping-from"
RENAMED = [
    ("README.md", "`free_over`", "`free_shipping_from`"),
    ("config/settings.toml", "free_over = ", "free_shipping_from = "),
    ("docs/settings.md", "`free_over`", "`free_shipping_from`"),
    ("shop/shipping.py", 'setting("free_over")', 'setting("free_shipping_from")'),
]
MERGED = solution_of(tasks_of(DOMAIN)["resolve-conflict"])[-1][1]["resolutions"]
SETTINGS, TABLE = MERGED["config/settings.toml"], MERGED["docs/settings.md"]


def resolved(settings: str, table: str = TABLE) -> list[Call]:
    given = {"config/settings.toml": settings, "docs/settings.md": table}
    return [made("branches_merge", branch="island-fee", source="main", resolutions=given)]


KEY = "fix/leaked-secret"
WHY = [
    made("comments_create", number=18, text="The tests fail."),
    made("comments_create", number=20, text="The approval is of an older commit."),
]

WRONG: dict[str, tuple[str, list[Call]]] = {
    "the setting is lowered by a cent": (
        "fix-free-shipping",
        [
            branch(FREE),
            edit(FREE, "config/settings.toml", "free_over = 5000", "free_over = 4999"),
            proposed(FREE, body="Closes #14"),
        ],
    ),
    "the weight is let go as well": (
        "fix-free-shipping",
        [
            branch(FREE),
            edit(
                FREE,
                SHIPPING,
                ' > setting("free_over") and grams <= setting("free_over_weight")',
                ' >= setting("free_over")',
            ),
            proposed(FREE, body="Closes #14"),
        ],
    ),
    "the amount is written into the code": (
        "fix-free-shipping",
        [
            branch(FREE),
            edit(FREE, SHIPPING, ' > setting("free_over")', " >= 5000"),
            proposed(FREE, body="Closes #14"),
        ],
    ),
    "the issue is not named": (
        "fix-free-shipping",
        solved("fix-free-shipping", pulls_create={"body": "See #14"}),
    ),
    "the fix goes to the release": (
        "fix-free-shipping",
        [
            branch(FREE, "release/1.4"),
            *solved("fix-free-shipping", branches_create=None, pulls_create={"base": "release/1.4"}),
        ],
    ),
    "the issue is closed by hand": (
        "fix-free-shipping",
        [*solved("fix-free-shipping"), made("issues_close", number=14, reason="completed")],
    ),
    "a pull request that is fine is approved": (
        "review-bulk-discount",
        [made("pulls_review", number=16, verdict="approve", text="Fine.")],
    ),
    "the remark is at the line below": (
        "review-bulk-discount",
        solved(
            "review-bulk-discount",
            pulls_review={"remarks": [{"path": "shop/bulk.py", "line": 10, "text": "?"}]},
        ),
    ),
    "every line has a remark": (
        "review-bulk-discount",
        solved(
            "review-bulk-discount",
            pulls_review={
                "remarks": [{"path": "shop/bulk.py", "line": line, "text": "?"} for line in range(1, 12)]
            },
        ),
    ),
    "the remark is at the setting": (
        "review-bulk-discount",
        solved(
            "review-bulk-discount",
            pulls_review={"remarks": [{"path": "config/settings.toml", "line": 9, "text": "?"}]},
        ),
    ),
    "one of two advisories is settled": ("bump-quillparse", bumped("2.3.4")),
    "a version that was yanked": ("bump-quillparse", bumped("2.3.5")),
    "a later minor version": ("bump-quillparse", bumped("2.4.3")),
    "the newest version": ("bump-quillparse", bumped("3.0.0")),
    "the lock is left as it was": (
        "bump-quillparse",
        [call for number, call in enumerate(solved("bump-quillparse")) if number != 6],
    ),
    "the fix goes to main": ("backport-rounding", solved("backport-rounding", pulls_create={"base": "main"})),
    "all of main is merged": (
        "backport-rounding",
        [
            branch("backport/rounding", "release/1.4"),
            made("branches_merge", branch="backport/rounding", source="main"),
            proposed("backport/rounding", "release/1.4"),
        ],
    ),
    "the branch begins at main": (
        "backport-rounding",
        [branch("backport/rounding"), proposed("backport/rounding", "release/1.4")],
    ),
    "another commit is picked": (
        "backport-rounding",
        solved("backport-rounding", commits_cherry_pick={"commit": "a6a11b2"}),
    ),
    "main's settings win": (
        "resolve-conflict",
        resolved(SETTINGS.replace("15000", "18000").replace("fee_island = 600\n", "fee_island = 600\n")),
    ),
    "the branch's settings win": (
        "resolve-conflict",
        resolved(SETTINGS.replace("fee_heavy = 990", "fee_heavy = 950")),
    ),
    "main's setting is lost": ("resolve-conflict", resolved(SETTINGS.replace("voucher_most = 20000\n", ""))),
    "a row is missing": (
        "resolve-conflict",
        resolved(
            SETTINGS, TABLE.replace("| `voucher_most` | the highest value of a voucher, in cents |\n", "")
        ),
    ),
    "the one that looks like it": (
        "close-duplicate",
        solved("close-duplicate", issues_close={"duplicate_of": 4}, comments_create={"number": 4}),
    ),
    "the one that is closed": (
        "close-duplicate",
        solved("close-duplicate", issues_close={"duplicate_of": 6}, comments_create={"number": 6}),
    ),
    "the older one is closed": (
        "close-duplicate",
        solved(
            "close-duplicate", issues_close={"number": 3, "duplicate_of": 5}, comments_create={"number": 5}
        ),
    ),
    "it is closed as done": (
        "close-duplicate",
        [
            made("issues_close", number=5, reason="completed"),
            made("comments_create", number=3, text="As #5."),
        ],
    ),
    "the comment is below the one that is closed": (
        "close-duplicate",
        solved("close-duplicate", comments_create={"number": 5}),
    ),
    "the first line of CODEOWNERS counts": (
        "triage-two",
        [
            made("labels_set", number=7, labels=["bug", "severity:low"]),
            made("labels_set", number=15, labels=["bug", "severity:high"]),
            made("issues_assign", number=7, login="wren"),
            made("issues_assign", number=15, login="wren"),
        ],
    ),
    "somebody who is away": (
        "triage-two",
        [*solved("triage-two"), made("issues_assign", number=7, login="otter")],
    ),
    "the label that does not fit stays": (
        "triage-two",
        [*solved("triage-two"), made("labels_set", number=7, labels=["bug", "feature", "severity:low"])],
    ),
    "every bug is severe": (
        "triage-two",
        [*solved("triage-two"), made("labels_set", number=7, labels=["bug", "severity:high"])],
    ),
    "failing tests are overridden": (
        "merge-what-is-ready",
        [made("pulls_merge", number=19), made("pulls_merge", number=18, override=True), WHY[1]],
    ),
    "an old approval is taken": (
        "merge-what-is-ready",
        [made("pulls_merge", number=19), made("pulls_merge", number=20), WHY[0]],
    ),
    "advice is taken for a rule": (
        "merge-what-is-ready",
        [*WHY, made("comments_create", number=19, text="The check docs fails.")],
    ),
    "one that nobody has approved is merged": (
        "merge-what-is-ready",
        [made("pulls_merge", number=16), *WHY],
    ),
    "the other setting is renamed with it": (
        "rename-setting",
        [
            branch(NEW),
            *(edit(NEW, *each) for each in RENAMED),
            edit(NEW, "config/settings.toml", "free_over_weight", "free_shipping_from_weight"),
            edit(NEW, SHIPPING, "free_over_weight", "free_shipping_from_weight"),
            edit(NEW, "docs/settings.md", "free_over_weight", "free_shipping_from_weight"),
            edit(NEW, "README.md", "free_over_weight", "free_shipping_from_weight"),
            proposed(NEW),
        ],
    ),
    "past releases are rewritten": (
        "rename-setting",
        [
            branch(NEW),
            *(edit(NEW, *each) for each in RENAMED),
            edit(NEW, "CHANGELOG.md", "`free_over`", "`free_shipping_from`"),
            proposed(NEW),
        ],
    ),
    "the pages are forgotten": (
        "rename-setting",
        [branch(NEW), *(edit(NEW, *each) for each in RENAMED[1::2]), proposed(NEW)],
    ),
    "the old setting stays beside the new": (
        "rename-setting",
        [
            branch(NEW),
            edit(
                NEW, "config/settings.toml", "free_over = 5000", "free_over = 5000\nfree_shipping_from = 5000"
            ),
            *(edit(NEW, *each) for each in (RENAMED[0], *RENAMED[2:])),
            proposed(NEW),
        ],
    ),
    "the newest commit is undone": (
        "revert-broken-commit",
        solved("revert-broken-commit", commits_revert={"commit": "main"}),
    ),
    "it is mended in another way": (
        "revert-broken-commit",
        [
            branch("revert/broken"),
            edit(
                "revert/broken",
                "shop/prices.py",
                "amount * (100 - percent) / 100",
                "amount - -(-amount * percent // 100)",
            ),
            proposed("revert/broken"),
        ],
    ),
    "all of yesterday's commits are undone": (
        "revert-broken-commit",
        [
            branch("revert/broken", "bdeefa0"),
            made("branches_merge", branch="revert/broken", source="main"),
            proposed("revert/broken"),
        ],
    ),
    "the newest commit is released": (
        "cut-release",
        solved("cut-release", releases_create={"commit": "main"}),
    ),
    "a patch": ("cut-release", solved("cut-release", releases_create={"tag": "v1.4.2"})),
    "what is not for customers is told": (
        "cut-release",
        solved(
            "cut-release",
            releases_create={
                "notes": {
                    "8": "Add vouchers",
                    "10": "Round discounts down to whole cents",
                    "11": "Add gift cards",
                    "13": "Raise the fee of heavy orders",
                    "21": "Charge nothing for orders of nothing",
                }
            },
        ),
    ),
    "what is on the release branch is told again": (
        "cut-release",
        solved(
            "cut-release",
            releases_create={
                "notes": {
                    "8": "Add vouchers",
                    "9": "Call an order heavy from 10 kg",
                    "10": "Round discounts down to whole cents",
                    "13": "Raise the fee of heavy orders",
                    "21": "Charge nothing for orders of nothing",
                }
            },
        ),
    ),
    "only what came since the newest tag is told": (
        "cut-release",
        solved(
            "cut-release",
            releases_create={
                "notes": {
                    "10": "Round discounts down to whole cents",
                    "13": "Raise the fee of heavy orders",
                    "21": "Charge nothing for orders of nothing",
                }
            },
        ),
    ),
    "the flag stays on": ("cut-release", solved("cut-release", flags_set=None)),
    "every flag is off": (
        "cut-release",
        [*solved("cut-release"), made("flags_set", name="vouchers", on=False)],
    ),
    "the value is only removed": (
        "remove-leaked-secret",
        solved("remove-leaked-secret", secrets_rotate=None),
    ),
    "the secret of the same name is rotated": (
        "remove-leaked-secret",
        solved("remove-leaked-secret", secrets_rotate={"name": "payment_key"}),
    ),
    "the setting names another secret": (
        "remove-leaked-secret",
        [
            *solved("remove-leaked-secret"),
            edit(KEY, "config/settings.toml", "env:PAYMENT_LIVE_KEY", "env:PAYMENT_KEY"),
        ],
    ),
    "the setting is taken out": (
        "remove-leaked-secret",
        [
            *solved("remove-leaked-secret"),
            edit(KEY, "config/settings.toml", 'payment_key = "env:PAYMENT_LIVE_KEY"\n', ""),
        ],
    ),
    "the value is told": (
        "remove-leaked-secret",
        solved(
            "remove-leaked-secret", channel_post={"text": "payment_live_key, lp-2026-live-4417, was rotated."}
        ),
    ),
    "the commit that brought it in is undone": (
        "remove-leaked-secret",
        [
            made("secrets_rotate", name="payment_live_key"),
            branch(KEY),
            made("commits_revert", branch=KEY, commit="pull/21"),
            proposed(KEY),
            made("channel_post", channel="incidents", text="payment_live_key was rotated."),
        ],
    ),
}

RIGHT: dict[str, tuple[str, list[Call]]] = {
    "a fix in other words, with a test": (
        "fix-free-shipping",
        [
            branch(FREE),
            edit(
                FREE,
                SHIPPING,
                '    if amount > setting("free_over") and',
                '    if not amount < setting("free_over") and',
            ),
            made(
                "commits_create",
                branch=FREE,
                message="Test it",
                files={
                    "tests/test_free.py": "from shop.shipping import fee\n\n\n"
                    "def test_free():\n    assert fee(5000, 1) == 0\n"
                },
            ),
            proposed(FREE, body="Exactly 50.00 is free now. Fixes #14."),
        ],
    ),
    "the lines in another order, in one commit": (
        "bump-quillparse",
        [
            branch("deps/quillparse"),
            made(
                "commits_create",
                branch="deps/quillparse",
                message="Raise it",
                files={
                    "dependencies.txt": "# One package a line.\ntallow==1.2.0\nquillparse==2.3.6\n",
                    "dependencies.lock": "tallow==1.2.0 sha256:b074a7b6b41ae3f3\n"
                    "quillparse==2.3.6 sha256:68bd7339f72b8cfa\n",
                },
            ),
            proposed("deps/quillparse"),
        ],
    ),
    "the fix is written again": (
        "backport-rounding",
        [
            branch("backport/rounding", "release/1.4"),
            edit(
                "backport/rounding",
                "shop/prices.py",
                "amount - amount * percent // 100",
                "amount * (100 - percent) // 100",
            ),
            edit(
                "backport/rounding",
                "tests/test_prices.py",
                "    assert discounted(1000, 25) == 750\n",
                "    assert discounted(1000, 25) == 750\n\n\n"
                "def test_rounding():\n    assert discounted(999, 35) == 649\n",
            ),
            proposed("backport/rounding", "release/1.4"),
        ],
    ),
    "settings in another order": (
        "resolve-conflict",
        resolved("\n".join(sorted(SETTINGS.strip().split("\n")[1:])) + "\n"),
    ),
    "main first, comments second": (
        "merge-what-is-ready",
        [made("pulls_merge", number=19), *WHY[::-1]],
    ),
    "edits line by line": (
        "rename-setting",
        [branch(NEW), *(edit(NEW, *each) for each in RENAMED[::-1]), proposed(NEW, body="A new name.")],
    ),
    "the file is written as it was": (
        "revert-broken-commit",
        [
            branch("revert/broken"),
            edit("revert/broken", "shop/prices.py", "(100 - percent) / 100", "(100 - percent) // 100"),
            proposed("revert/broken"),
        ],
    ),
    "titles with numbers": (
        "cut-release",
        solved(
            "cut-release",
            releases_create={
                "notes": {
                    "8": "- Add vouchers (#8)",
                    "10": "- Round discounts down to whole cents (#10)",
                    "13": "- Raise the fee of heavy orders (#13)",
                    "21": "- Charge nothing for orders of nothing (#21)",
                }
            },
        ),
    ),
    "removed first, then rotated": (
        "remove-leaked-secret",
        [
            *solved("remove-leaked-secret", secrets_rotate=None),
            made("secrets_rotate", name="payment_live_key"),
        ],
    ),
}


def after(tmp_path: Path, id_: str, calls: list[Call]) -> list[str]:
    """What fails of a task once the calls are made, none of which is refused."""
    task = tasks_of(DOMAIN)[id_]
    folder: Folder = begun(tmp_path / "world", DOMAIN, task)
    assert [each.refusal for each in played(folder, calls) if each.refusal] == []
    return failed(folder, task)


@pytest.mark.parametrize("what", WRONG)
def test_what_is_plausible_and_wrong_fails(what: str, tmp_path: Path) -> None:
    assert after(tmp_path, *WRONG[what])


@pytest.mark.parametrize("what", RIGHT)
def test_what_is_right_in_another_way_passes(what: str, tmp_path: Path) -> None:
    assert after(tmp_path, *RIGHT[what]) == []


def test_each_task_has_something_wrong_that_fails() -> None:
    assert {id_ for id_, _ in WRONG.values()} == set(tasks_of(DOMAIN))

"""A process that reviews a pull request: `python reviewing.py FOLDER URL KEY NUMBER`.

It begins the run, or goes on with it, and prints its state, and for what it waits.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import interlock_github
from drawers import Drawer, Plugin
from interlock import Router, tool_of
from interlock_agents import Agent, PolicyCall, PolicyMove

FOLDER, URL, KEY, NUMBER = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
PULL = {"owner": "octo-bot", "repo": "shop", "number": NUMBER}
RUFF = (sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select=E,F,B")
TOLD = ("--output-format=json", "--exit-zero")
PLAN = {
    "goal": "Review a pull request",
    "nodes": [
        {
            "id": "pull",
            "do": "tool",
            "tool": "github_get_pull_request",
            "with": PULL,
            "out": {
                "type": "object",
                "properties": {"head": {"type": "object"}},
                "additionalProperties": True,
            },
        },
        {
            "id": "files",
            "do": "tool",
            "tool": "github_list_pull_request_files",
            "with": PULL,
            "out": {"type": "array", "items": {"type": "object"}},
        },
        {
            "id": "lint",
            "do": "tool",
            "tool": "lint",
            "with": {"files": "${files}"},
            "out": {"type": "array", "items": {"type": "object"}},
        },
        {
            "id": "review",
            "do": "model",
            "prompt": "Write the review of this change, out of what the linter has found.",
            "with": {"files": "${files}", "lint": "${lint}"},
            "out": {
                "type": "object",
                "properties": {
                    "event": {"enum": ["APPROVE", "REQUEST_CHANGES", "COMMENT"]},
                    "body": {"type": "string"},
                    "comments": {"type": "array", "items": {"type": "object"}},
                },
                "required": ["event", "body", "comments"],
            },
        },
        {
            "id": "post",
            "do": "tool",
            "tool": "github_review_pull_request",
            "with": {
                **PULL,
                "commit": "${pull.head.sha}",
                "event": "${review.event}",
                "body": "${review.body}",
                "comments": "${review.comments}",
            },
        },
    ],
}


def lint(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the linter finds in the Python files that a pull request adds, as their diffs show them."""
    found: list[dict[str, Any]] = []
    for each in files:
        added = [line[1:] for line in str(each.get("patch")).splitlines() if line.startswith("+")]
        command = [*RUFF, *TOLD, f"--stdin-filename={each['filename']}", "-"]
        said = subprocess.run(
            command, input="\n".join(added) + "\n", capture_output=True, text=True, check=True
        )
        found += [
            {
                "path": each["filename"],
                "line": wrong["location"]["row"],
                "what": f"{wrong['code']}: {wrong['message']}",
            }
            for wrong in json.loads(said.stdout)
        ]
    return found


def policy(call: PolicyCall) -> PolicyMove:
    """Writes the review in a model's place."""
    found = call.values["lint"]
    comments = [{"path": each["path"], "line": each["line"], "body": each["what"]} for each in found]
    event = "REQUEST_CHANGES" if found else "APPROVE"
    return call.say({"event": event, "body": f"{len(found)} findings, @ada", "comments": comments})


async def main() -> None:
    there = {"id": "github", "connector": "github", "base_url": URL, "region": "local", "api_key": KEY}
    config = {
        "connectors": [
            there | {"options": {"settles_within": 0.05}},
            {"id": "checks", "connector": "checks"},
        ],
        "tools": {"requires_grant": "write"},
    }
    checks = Plugin(Drawer("checks", tool_of(lint, effect="read")))
    async with (
        Router.from_config(config, plugins=[checks, interlock_github]) as router,
        Agent(router, folder=FOLDER, policy=policy, lease=0.5) as agent,
    ):
        run = await agent.run(PLAN, run="review-1")
        waiting = [each.id for each in run.waiting_for]
        if waiting and (FOLDER / "agrees").exists():
            for each in waiting:
                await agent.approve(each, by="Ada")
            run = await agent.resume(run.id)
        print(json.dumps({"state": run.state, "waiting": waiting, "why": run.why}))


asyncio.run(main())

"""A process that opens a case and logs a call: `python casework.py FOLDER URL KEY`.

It begins the run, or goes on with it, and prints its state.
"""

import asyncio
import json
import sys
from pathlib import Path

import interlock_salesforce
from interlock import Router
from interlock_agents import Agent

FOLDER, URL, KEY = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
PLAN = {
    "goal": "Open a case for a customer, and log the call",
    "nodes": [
        {
            "id": "customer",
            "do": "tool",
            "tool": "salesforce_find_accounts",
            "with": {"name": "O'Neill"},
            "out": {"type": "array", "items": {"type": "object"}},
        },
        {
            "id": "case",
            "do": "tool",
            "tool": "salesforce_create_case",
            "with": {
                "subject": "No ink",
                "description": "The printer is out of ink",
                "account_id": "${customer[0].Id}",
            },
            "out": {"type": "object", "properties": {"id": {"type": "string"}}, "additionalProperties": True},
        },
        {
            "id": "call",
            "do": "tool",
            "tool": "salesforce_log_task",
            "with": {
                "subject": "Call",
                "description": "They want blue",
                "status": "Completed",
                "related_id": "${case.id}",
            },
        },
    ],
}


async def main() -> None:
    there = {
        "id": "salesforce",
        "connector": "salesforce",
        "base_url": URL,
        "region": "local",
        "api_key": KEY,
    }
    options = {"settles_within": 0.05, "references": {"Case": "Run__c"}}
    config = {"connectors": [there | {"options": options}]}
    async with (
        Router.from_config(config, plugins=[interlock_salesforce]) as router,
        Agent(router, folder=FOLDER, lease=0.5) as agent,
    ):
        run = await agent.run(PLAN, run="case-1")
        print(json.dumps({"state": run.state, "why": run.why}))


asyncio.run(main())

"""What the verbs print of a run: its tree, what it waits for with the commands that answer, its value."""

import json
import shlex
import sys
from typing import Any

from interlock.commands import note, printable
from interlock_agents.approvals.seeing import moment, seen
from interlock_agents.commands.plainly import value_to_plain
from interlock_agents.commands.tree import draw
from interlock_agents.running.state import Run, Waiting


def show_run(run: Run) -> None:
    """The run for people, on standard output."""
    print(draw(run, coloured=sys.stdout.isatty()))
    for line in _after(run):
        print(printable(line))


def show_end(run: Run) -> None:
    """What a run that was worked on has come to: its value on standard output, the rest beside it."""
    if run.done:
        print(printable(text_of(run.value)))
        note(f"Done: {run.id}, {run.calls} calls. `interlock agent show {run.id}` shows its nodes.")
        return
    note(draw(run))
    for line in _after(run):
        note(line)


def text_of(value: Any) -> str:
    """A node's value to be read: text as it is, everything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value_to_plain(value), ensure_ascii=False, indent=2)


def next_step(run: Run, waiting: Waiting) -> str:
    """The command with which a person answers."""
    match waiting.kind:
        case "approval":
            return f"interlock agent approve {shlex.quote(waiting.id)}"
        case "effect":
            return f"interlock agent decide {shlex.quote(waiting.id)} confirmed --evidence '…'"
        case "question":
            return f"interlock agent answer {shlex.quote(run.id)} {shlex.quote(waiting.node)} '…'"
        case "calls":
            return f"{resuming(run)} --limit …"
        case "budget":
            return f"{resuming(run)} --usd …"


def resuming(run: Run) -> str:
    """The command with which a run goes on."""
    return f"interlock agent resume {shlex.quote(run.id)}" + (" --policy …" if run.by_policy else "")


def _after(run: Run) -> list[str]:
    lines = []
    if not (run.done or run.waiting_for) and run.why:
        lines += ["", seen(run.why, lines=True)]
    if run.waiting_for:
        lines += ["", "It waits for:"]
        for each in run.waiting_for:
            where = seen(each.node) or "the run"
            told = seen(each.text, lines=True).replace("\n", "\n    ")
            lines.append(f"  {where}, since {moment(each.since)}:")
            lines.append(f"    {told}")
            lines.append(f"    {next_step(run, each)}")
        lines.append(f"Then: {resuming(run)}")
    if run.effects:
        lines += ["", "Nobody knows yet whether these have happened:"]
        lines += [f"  {seen(each.id)}  {seen(each.tool)}  {each.state}" for each in run.effects]
    if run.state == "failed":
        lines += ["", f"`{resuming(run)}` tries what has failed anew."]
    return lines

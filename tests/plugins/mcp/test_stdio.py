"""Servers that are started here: whatever they do, a run ends in a typed outcome."""

import asyncio
import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import RAW

from interlock import AnswerTooLarge, ConnectionFailed, ProtocolError, ToolCall, TotalTimeout

READS = {"tools": {"rules": [{"tools": "*", "effect": "read"}]}}


def words_in(name: str) -> list[str]:
    return Path(name).read_text().split()


def waited_for(name: str) -> None:
    while not Path(name).exists():
        time.sleep(0.01)


def is_there(pid: int) -> bool:
    with suppress(OSError):
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:1]
    return False


async def gone(pid: int) -> bool:
    for _ in range(500):
        if not is_there(pid):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_every_page_of_a_servers_list_is_read(raw):
    names = await raw().names()
    assert len(names) == 20
    assert {"asks", "echo", "wrong_id"} <= set(names)


async def test_a_list_without_end_is_no_list(raw):
    box = raw("endless")
    assert await box.names() == []
    assert "has no end" in box.toolbox.excluded["there"]


async def test_only_the_tools_that_the_user_picks_are_offered(raw):
    box = raw(tools={"allow": ["ec*", "d*", "refuses"], "deny": ["die"]}, prefix=True)
    assert await box.names() == ["there__echo", "there__refuses"]
    assert (await box.run("there__echo", text="hi")).content == "hi"


async def test_a_run_gives_what_the_tool_says(raw):
    outcome = await raw().run("echo", text="grüezi \U0001f600 \ud800")
    assert (outcome.outcome, outcome.content) == ("done", "grüezi \U0001f600 \ud800")


@pytest.mark.parametrize("tool", ["garbage", "flood", "wrong_id", "twice", "reports", "closes"])
async def test_noise_around_an_answer_changes_nothing(raw, tool):
    outcome = await raw().run(tool, text="hi")
    assert (outcome.outcome, outcome.content) == ("done", "hi")


async def test_an_id_that_comes_back_in_another_form_is_ours(raw):
    assert (await raw().run("wrong_id", text="with a point")).content == "with a point"


async def test_a_server_gets_no_model_no_person_and_no_folder(raw):
    outcome = await raw().run("asks")
    assert json.loads(outcome.content) == ["here", -1, -1, -1]


@pytest.mark.parametrize(
    ("tool", "kind"),
    [("die", ConnectionFailed), ("huge", AnswerTooLarge), ("no_result", ProtocolError)],
)
async def test_of_a_write_whose_server_fails_it_nobody_knows(raw, tool, kind):
    box = raw(entry={"largest_answer": 1_000_000})
    outcome = await box.run(tool)
    assert outcome.outcome == "unknown"
    assert type(outcome.error) is kind
    # The next one has a server again.
    assert (await box.run("echo", text="hi")).content == "hi"


async def test_a_read_whose_server_dies_has_done_nothing(raw):
    outcome = await raw(config=READS).run("die")
    assert (outcome.outcome, outcome.reason) == ("refused", "refused")


async def test_a_server_that_does_not_answer_is_waited_for_until_the_time_is_over(raw):
    box = raw("tells")
    outcome = await box.run("silent", within=0.3)
    assert outcome.outcome == "unknown"
    assert isinstance(outcome.error, TotalTimeout)
    assert (await box.run("echo", text="still here")).content == "still here"
    assert len(words_in("cancelled")) == 1


async def test_a_server_that_reads_nothing_more_holds_nobody_up(raw):
    box = raw()
    stuck = asyncio.create_task(box.run("stops"))
    await asyncio.to_thread(waited_for, "stopping")
    outcome = await box.run("echo", within=1.0, text="x" * 5_000_000)
    assert outcome.outcome == "unknown"
    # What has to wait behind it never leaves.
    outcome = await box.run("echo", within=0.1, text="hi")
    assert outcome.outcome == "unknown" if outcome.error else outcome.reason == "not_sent"
    await box.router.aclose()
    assert (await stuck).outcome == "unknown"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(-32602, "refused"), (-32601, "refused"), (-32600, "unknown"), (-32603, "unknown"), (-1, "unknown")],
)
async def test_only_an_error_of_what_was_never_begun_is_a_refusal(raw, code, outcome):
    ran = await raw().run("refuses", code=code)
    assert (ran.outcome, ran.content) == (outcome, "the server refuses: not so")


async def test_a_tool_that_reports_an_error_may_have_done_something(raw):
    ran = await raw().run("fails")
    assert (ran.outcome, ran.content) == ("unknown", "the printer is on fire")
    ran = await raw(config=READS).run("fails")
    assert (ran.outcome, ran.content) == ("refused", "the printer is on fire")
    ran = await raw(errors_undo=True).run("fails")
    assert (ran.outcome, ran.content) == ("refused", "the printer is on fire")


async def test_arguments_that_the_schema_does_not_allow_are_not_sent(raw):
    ran = await raw().run("refuses", code="seven")
    assert (ran.outcome, ran.reason) == ("refused", "not_sent")
    assert ran.content == "code: 'seven' is not of type 'integer'"


async def test_a_server_has_the_environment_that_is_written_and_no_other(raw, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "5f7a91c3d2")
    (tmp_path / "kept").write_text("f-77c1d2e84a06\n")
    env = {"NOTES_KEY": "env:NOTES_LOGIN", "NOTES_FILE": f"file:{tmp_path / 'kept'}", "LEVEL": "debug"}
    (tmp_path / "inside").mkdir()
    box = raw("env:NOTES_LOGIN", env=env, cwd=str(tmp_path / "inside"))
    said = await box.run("environment")
    # Keys are masked in what comes back, wherever they stand.
    assert "k-8d2f71a90b" not in str(said)
    told = json.loads(said.content)
    assert set(told["env"]) - {"LC_CTYPE"} == {"PATH", "HOME", "NOTES_KEY", "NOTES_FILE", "LEVEL"}
    assert told["env"]["LEVEL"] == "debug"
    assert told["cwd"] == str(tmp_path / "inside")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("broken",), "it last said: ModuleNotFoundError: No module named 'notes'"),
        (("ancient",), "1999-01-01"),
        (("from-tomorrow",), "the server answers with the error -32022: Unsupported protocol version"),
    ],
    ids=["broken", "ancient", "from tomorrow"],
)
async def test_a_server_that_cannot_begin_says_why(raw, words, why):
    box = raw(*words)
    assert await box.names() == []
    assert why in box.toolbox.excluded["there"]


async def test_what_a_server_says_last_is_shown_without_keys(raw):
    box = raw("leaks", env={"NOTES_LOGIN": "env:NOTES_LOGIN"})
    assert await box.names() == []
    assert "wrong login: " in box.toolbox.excluded["there"]
    assert "k-8d2f71a90b" not in box.toolbox.excluded["there"]


async def test_a_program_that_is_not_there_is_named(boxed):
    box = boxed({"options": {"command": "no-such-server"}})
    assert await box.names() == []
    assert "there is no program 'no-such-server'" in box.toolbox.excluded["there"]


async def test_a_server_that_dies_of_a_question_it_does_not_know_is_greeted_as_the_older_kind(raw):
    assert "echo" in await raw("dies-when-discovered").names()


async def test_a_server_that_never_answers_is_given_up_in_time_and_ended(raw):
    box = raw("mute", "parent", entry={"timeouts": {"total": 0.5}})
    assert await box.names() == []
    assert "longer than 0.5 s" in box.toolbox.excluded["there"]


@pytest.mark.parametrize("words", [("parent",), ("parent", "stubborn")], ids=["plain", "stubborn"])
async def test_a_server_and_its_children_end_with_the_router(raw, words):
    box = raw(*words)
    pid = int((await box.run("pid")).content)
    child = int(words_in("child.pid")[0])
    assert is_there(child)
    await box.router.aclose()
    assert await gone(pid)
    assert await gone(child)


async def test_a_cancelled_run_tells_the_server_and_leaves_it_running(raw):
    box = raw("tells")
    await box.names()
    task = asyncio.create_task(box.run("silent"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await box.run("echo", text="hi")).content == "hi"
    assert len(words_in("cancelled")) == 1


async def test_many_runs_share_one_server(raw):
    box = raw()
    answers = await asyncio.gather(*(box.run("echo", text=str(number)) for number in range(50)))
    assert [answer.content for answer in answers] == [str(number) for number in range(50)]
    pids = {(await box.run("pid")).content for _ in range(3)}
    assert len(pids) == 1


def test_event_loops_share_a_server_one_after_another_and_at_once(raw):
    box = raw()
    first = asyncio.run(box.run("pid")).content
    assert asyncio.run(box.run("pid")).content == first
    found: list[str] = []

    def ask() -> None:
        found.append(str(asyncio.run(box.run("pid")).content))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [first] * 4


def test_a_server_ends_with_a_router_that_nobody_closes(raw):
    import gc

    box = raw()
    pid = int(asyncio.run(box.run("pid")).content)
    source = next(iter(box.router.wiring.toolboxes.sources))
    del source
    box.router.wiring.toolboxes.sources._opened.clear()
    box.toolbox._listing._known.clear()
    gc.collect()
    assert asyncio.run(gone(pid))


async def test_a_tool_that_takes_a_key_is_given_the_runs_and_a_model_is_not_shown_it(raw):
    box = raw(key="request_id")
    tool = await box.toolbox.tool("keyed")
    assert list(tool.spec.parameters["properties"]) == tool.spec.parameters["required"] == ["text"]
    assert tool.tool.repeat.way == "key"
    call = ToolCall(id="call-1", name="keyed", arguments={"text": "hi", "request_id": "the model's"})
    assert (await box.toolbox.run(call, key="effect-7c1d2e84")).content == "effect-7c1d2e84"
    assert (await box.toolbox.tool("echo")).tool.repeat.way == "none"
    assert (await raw().run("keyed", text="hi")).reason == "not_sent"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_the_child_of_a_fork_starts_its_own_server_and_leaves_its_parents_running(raw):
    box = raw()
    call = ToolCall(id="call-1", name="pid")
    first = box.toolbox.run_sync(call).content
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        said = str(box.toolbox.run_sync(call).content)
        box.router.close_sync()
        os.write(here, said.encode())
        os._exit(0)
    os.waitpid(child, 0)
    own = os.read(there, 100).decode()
    assert own not in ("", first)
    assert not is_there(int(own))
    assert box.toolbox.run_sync(call).content == first


@pytest.mark.parametrize("words", [("slow",), ("slow", "modern"), ("modern",)], ids=" ".join)
async def test_a_server_that_takes_its_time_to_start_is_understood_in_its_revision(raw, monkeypatch, words):
    monkeypatch.setattr("interlock_mcp.stdio._PROBE", 0.2)
    box = raw(*words)
    assert "echo" in await box.names()
    assert (await box.run("echo", text="hi")).content == "hi"


async def test_a_program_is_found_where_the_configuration_names_it_whatever_folder_it_runs_in(
    boxed, tmp_path
):
    tool = tmp_path / "bin" / "server"
    tool.parent.mkdir()
    tool.write_text(f"#!{sys.executable}\nimport runpy\nrunpy.run_path({str(RAW)!r})\n")
    tool.chmod(0o700)
    (tmp_path / "else").mkdir()
    box = boxed({"options": {"command": "bin/server", "cwd": "else"}})
    assert "echo" in await box.names()

"""One process: what signals and files do to it, and to what is under way in it."""

import asyncio
import contextlib
import os
import signal
import socket

import pytest

from interlock_server.operation import heads, working
from interlock_server.operation.lines import Lines
from interlock_server.operation.process import Process
from server_toys import Client, Toy, asked, until


async def test_answers_under_way_end_and_new_connections_are_refused(run):
    client = await Client.to(run.address)
    await client.ask("/pieces?8")
    await client.head()
    run.signal()
    await until(lambda: run.toy.draining)
    await asyncio.sleep(0.15)
    with pytest.raises(OSError):
        await Client.to(run.address)
    answer = asyncio.ensure_future(client._reader.read())
    assert await run.ended() is signal.SIGTERM
    assert (await answer).count(b"piece ") == 8
    assert (await answer).endswith(b"one\r\n0\r\n\r\n")
    assert run.toy.closed
    assert not run.toy.broken_off


async def test_a_worker_whose_first_process_is_killed_as_it_begins_lets_answers_end(
    tmp_path, said, monkeypatch
):
    (file := tmp_path / "says.txt").write_text("one")
    hearing, words = os.pipe()
    orders, giving = os.pipe()
    os.close(hearing)  # the first process's, which has gone
    monkeypatch.setattr(working, "_ORDERS", orders)
    listening = socket.create_server(("127.0.0.1", 0))
    address = listening.getsockname()
    lines, toy = Lines(said[0]), Toy(file)
    settings = {"words": words, "socket": listening.detach(), "place": 1}
    task = asyncio.ensure_future(working.work(Process(toy, lines), settings))
    client = await Client.to(address)
    await client.ask("/slow?0.2")
    await asyncio.sleep(0.1)
    os.close(giving)
    assert await client.answer() == "one"
    async with asyncio.timeout(10):
        await task
    assert (toy.broken_off, toy.closed) == (0, True)
    lines.close()
    os.close(words)
    Client.close_all()


async def test_connections_that_wait_for_nothing_do_not_hold_it_up(run):
    idle = await Client.to(run.address)
    assert await idle.get("/") == "one"
    unused = await Client.to(run.address)
    run.signal()
    await run.ended(within=3)
    assert await idle.closed()
    assert await unused.closed()


async def test_answers_that_take_longer_than_the_grace_are_broken_off_without_an_end(run):
    run.toy.grace = 0.3
    client = await Client.to(run.address)
    await client.ask("/pieces?10000")
    await client.head()
    run.signal()
    await run.ended(within=5)
    assert not (await client._reader.read()).endswith(b"0\r\n\r\n")
    assert run.toy.broken_off == 1


async def test_a_second_signal_ends_it_at_once(run):
    client = await Client.to(run.address)
    await client.ask("/slow?60")
    await asyncio.sleep(0.05)
    run.signal(signal.SIGINT)
    await until(lambda: run.toy.draining)
    run.signal(signal.SIGINT)
    assert await run.ended(within=4) is signal.SIGINT
    assert run.toy.broken_off == 1


async def test_a_file_that_changes_is_loaded_while_requests_go_on(run, said):
    client = await Client.to(run.address)
    await client.ask("/slow?0.4")
    run.toy.file.write_text("two")

    async def answers_two():
        return await asked(run.address, "/") == "two"

    await until(answers_two)
    assert await client.answer() == "two"
    run.lines.close()
    assert "loaded anew" in said[1]()


async def test_a_hangup_loads_it_too(run):
    run.process._service.files = dict  # nobody looks
    await asyncio.sleep(0.2)
    run.toy.file.write_text("three")
    await asyncio.sleep(0.2)
    assert await asked(run.address, "/") == "one"
    run.signal(signal.SIGHUP)
    await until(lambda: run.toy.says == "three")


async def test_a_file_that_cannot_be_used_changes_nothing_and_is_complained_of(run, said):
    run.toy.file.write_text("bad, with the key sk-abcdefgh12345678")
    await asyncio.sleep(0.5)
    assert await asked(run.address, "/") == "one"
    run.toy.file.write_text("four")
    await until(lambda: run.toy.says == "four")
    run.lines.close()
    assert "stays as it was" in said[1]()
    assert "this is bad." in said[1]()
    assert "abcdefgh" not in said[1]()


async def test_a_service_that_breaks_while_it_loads_goes_on_as_it_was(run, said, monkeypatch):
    async def breaks():
        raise ZeroDivisionError("with the key sk-abcdefgh12345678")

    monkeypatch.setattr(run.toy, "reload", breaks)
    run.signal(signal.SIGHUP)
    await asyncio.sleep(0.2)
    assert await asked(run.address, "/") == "one"
    run.lines.close()
    assert "ZeroDivisionError" in said[1]()
    assert "abcdefgh" not in said[1]()


async def test_a_head_that_does_not_end_is_refused_by_its_length(run):
    client = await Client.to(run.address)
    await client.ask("/", "x: " + "a" * 500_000)
    assert (await client.head()).startswith(b"HTTP/1.1 431 ")
    with contextlib.suppress(ConnectionError):
        assert await client.closed()
    assert await asked(run.address, "/") == "one"


async def test_heads_may_be_long_and_many_on_one_connection(run):
    client = await Client.to(run.address)
    for _ in range(20):
        await client.ask("/", "".join(f"x-{n}: {'a' * 100}\r\n" for n in range(100)))
        assert await client.answer() == "one"


@pytest.mark.parametrize("before", [0, 1])
async def test_a_head_that_takes_for_ever_is_not_waited_for(run, monkeypatch, before):
    monkeypatch.setattr(heads, "SLOWEST", 0.3)
    client = await Client.to(run.address)
    for _ in range(before):
        await client.get("/")
    client._writer.write(b"GET / HTTP/1.1\r\nhost: 127")
    async with asyncio.timeout(5):
        assert await client.closed()


async def test_an_answer_may_take_longer_than_its_requests_head(run, monkeypatch):
    monkeypatch.setattr(heads, "SLOWEST", 0.2)
    client = await Client.to(run.address)
    assert await client.get("/slow?0.5") == "one"

"""One client, several event loops, threads and processes."""

import asyncio
import os
import ssl
import sys
import textwrap
import threading

import pytest
import trustme

from interlock.http import HttpClient

PRELUDE = """
import asyncio, os, sys, threading
from interlock.http import HttpClient, HttpRequest, Permit, origin_of
from interlock.types.models import Deployment, ModelCard, Network

url, bundle = sys.argv[1:]
card = ModelCard(id="maker/model", maker="maker", jurisdiction="us")
deployment = Deployment(id="here", card=card, provider="openai", region="us", name="model",
                        network=Network(ca_bundle=bundle or None))
call = (HttpRequest(url=url, body=b"{}"), Permit(deployment="here", origin=origin_of(url)), deployment)
client = HttpClient()

async def once():
    assert (await client.send(*call)).body == b"ok"

async def leave_early():
    async with client.stream(*call) as reply:
        async for piece in reply:
            return
"""


async def run(script: str, url: str, bundle: str = "") -> str:
    """Standard error and output of a script that must succeed, with every warning on."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-X", "dev", "-W", "error", "-c", PRELUDE + textwrap.dedent(script), url, bundle,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return "\n".join(
        line
        for line in output.decode().splitlines()
        if not line.startswith("Executing <")  # the debug mode's remark on a slow machine
    )


RUNS = """
async def crowd():
    await asyncio.gather(*(once() for _ in range(20)))

async def forgotten():
    task = asyncio.ensure_future(once())
    await asyncio.sleep(0)

async def closed():
    await once()
    await client.aclose()

async def dropped():
    global client
    await once()
    client = HttpClient()
    await once()

for main in (once, once, crowd, crowd, leave_early, leave_early, forgotten, closed, once, dropped):
    asyncio.run(main())
"""
THREADS = """
def work():
    for _ in range(2):
        asyncio.run(once())

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


async def test_runs_one_after_another_end_without_a_word(kit, serve):
    upstream = await serve(kit.reply())
    assert await run(RUNS, upstream.url) == ""


async def test_runs_over_tls_end_without_a_word(kit, serve, tmp_path):
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(bundle)
    upstream = await serve(kit.reply(), tls)
    assert await run(RUNS, upstream.url, str(bundle)) == ""


async def test_runs_in_several_threads_end_without_a_word(kit, serve):
    upstream = await serve(kit.reply())
    assert await run(THREADS, upstream.url) == ""


async def test_a_closing_that_was_cancelled_is_finished_by_the_end_of_the_loop(kit, serve):
    upstream = await serve(kit.reply())
    script = """
    import contextlib
    from interlock.http.transport import Transport
    finish, begun = Transport.aclose, []
    async def slowly(transport):
        begun.append(transport)
        if len(begun) == 1:
            await asyncio.sleep(60)
        await finish(transport)
    Transport.aclose = slowly
    async def main():
        await once()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(client.aclose(), 0.05)
    asyncio.run(main())
    """
    assert await run(script, upstream.url) == ""


async def test_loops_closed_by_hand_leave_no_complaint_of_ours(kit, serve):
    upstream = await serve(kit.reply())
    script = """
    import warnings
    warnings.simplefilter("ignore", ResourceWarning)  # asyncio's own, for the sockets of such a loop
    for _ in range(2):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(once())
        loop.close()
    """
    assert await run(script, upstream.url) == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
async def test_a_forked_child_opens_its_own_connections(kit, serve):
    upstream = await serve(kit.reply())
    script = """
    import warnings
    warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, on forking with threads
    async def main():
        await once()
        child = os.fork()
        if child == 0:
            code = 1
            def work():
                nonlocal code
                asyncio.run(once())
                code = 0
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            os._exit(code)
        while os.waitpid(child, os.WNOHANG)[0] == 0:
            await asyncio.sleep(0.01)
        await once()
    asyncio.run(main())
    """
    assert await run(script, upstream.url) == ""
    assert upstream.connections == 2
    assert len(upstream.seen) == 3


async def test_loops_in_several_threads_share_a_client(kit, serve):
    upstream = await serve(kit.reply())

    async def several() -> int:
        for _ in range(5):
            await kit.send(upstream.url)
        return 5

    counts = await asyncio.gather(*(asyncio.to_thread(asyncio.run, several()) for _ in range(6)))
    assert sum(counts) == len(upstream.seen) == 30
    assert upstream.connections == 6


async def test_closing_reaches_the_connections_of_another_running_loop(kit, serve):
    closed = asyncio.Event()

    async def answer_and_wait(connection):
        await connection.request()
        await connection.send(kit.reply())
        await connection.gone()
        closed.set()

    upstream = await serve(answer_and_wait)
    client = HttpClient()
    release = threading.Event()
    outer = asyncio.get_running_loop()
    sent = asyncio.Event()

    async def other() -> None:
        await client.send(*kit.call(upstream.url))
        outer.call_soon_threadsafe(sent.set)
        await asyncio.to_thread(release.wait)

    thread = asyncio.ensure_future(asyncio.to_thread(asyncio.run, other()))
    await sent.wait()
    await client.aclose()
    await asyncio.wait_for(closed.wait(), 2)
    release.set()
    await thread


async def test_closing_does_not_wait_for_a_loop_that_stands_still(kit, serve):
    upstream = await serve(kit.reply())
    client = HttpClient()
    loop = asyncio.new_event_loop()
    await asyncio.to_thread(loop.run_until_complete, client.send(*kit.call(upstream.url)))
    await asyncio.wait_for(client.aclose(), 2)

    def finish() -> None:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    await asyncio.to_thread(finish)

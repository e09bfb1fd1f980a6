"""A wire of some length: `python delay.py PORT MILLISECONDS` relays to PORT, each way later by half of them.

Prints the port that it listens on.
"""

import asyncio
import sys


class End(asyncio.Protocol):
    """One end of a connection; what it hears, the other end says a little later."""

    def __init__(self, later: float) -> None:
        self._later = later
        self.other: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(self._later, self._say, data)

    def _say(self, data: bytes) -> None:
        if self.other.done():
            self.other.result().write(data)
        else:
            self.other.add_done_callback(lambda found: found.result().write(data))

    def connection_lost(self, exc: Exception | None) -> None:
        if self.other.done():
            self.other.result().close()


class Front(End):
    def __init__(self, port: int, later: float) -> None:
        super().__init__(later)
        self._port = port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._task = asyncio.get_running_loop().create_task(self._through(transport))

    async def _through(self, transport: asyncio.BaseTransport) -> None:
        loop = asyncio.get_running_loop()
        onward, back = await loop.create_connection(lambda: End(self._later), "127.0.0.1", self._port)
        back.other.set_result(transport)
        self.other.set_result(onward)


async def main(port: int, milliseconds: float) -> None:
    later = milliseconds / 2000
    server = await asyncio.get_running_loop().create_server(lambda: Front(port, later), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))

"""Proxies, private authorities and client certificates."""

import asyncio
import ipaddress
import socket
import ssl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interlock.errors import ConfigError, ConnectionFailed
from interlock.http.proxies import Proxies
from interlock.types.models import Network


@pytest.fixture
def client_pems(authority, tmp_path) -> list[tuple[str, str | None]]:
    """A client's certificate with its key in the same file, and with the key in one of its own."""
    certificate = authority.issue_cert("client@example.org")
    both, key = tmp_path / "both.pem", tmp_path / "key.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(both)
    certificate.private_key_pem.write_to_path(key)
    return [(str(both), None), (str(both), str(key))]


@pytest.fixture
def proxy():
    """A script that is a forward proxy; `seen` holds each request's first line and credentials."""

    class ForwardProxy:
        def __init__(self) -> None:
            self.seen: list[tuple[str, str | None]] = []
            self.refuse = False

        async def __call__(self, connection) -> None:
            request = await connection.request()
            self.seen.append((request.line, request.headers.get("proxy-authorization")))
            method, target, _ = request.line.split()
            if self.refuse:
                await connection.send(b"HTTP/1.1 407 Who Are You\r\ncontent-length: 0\r\n\r\n")
            elif method == "CONNECT":
                await self.tunnel(connection, target)
            else:
                await connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nvia proxy")

        async def tunnel(self, connection, target: str) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(target.rpartition(":")[2]))
            await connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
            ways = [
                asyncio.ensure_future(copy(connection.reader, writer)),
                asyncio.ensure_future(copy(reader, connection.writer)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                writer.transport.abort()
                for way in ways:
                    way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def copy(source, sink) -> None:
        while data := await source.read(65536):
            sink.write(data)

    return ForwardProxy()


class TestCalls:
    async def test_a_private_authority_is_trusted_when_it_is_named(self, kit, serve, server_tls, bundle):
        upstream = await serve(kit.reply(), server_tls)
        reply = await kit.send(upstream.url, network=Network(ca_bundle=bundle))
        assert reply.body == b"ok"
        with pytest.raises(ConnectionFailed, match="certificate is not trusted"):
            await kit.send(upstream.url)

    async def test_a_client_certificate_is_shown(self, kit, serve, server_tls, bundle, client_pems):
        server_tls.verify_mode = ssl.CERT_REQUIRED
        server_tls.load_verify_locations(bundle)
        upstream = await serve(kit.reply(), server_tls)
        for pair in client_pems:
            reply = await kit.send(upstream.url, network=Network(ca_bundle=bundle, client_cert=pair))
            assert reply.body == b"ok"
        with pytest.raises(ConnectionFailed):
            await kit.send(upstream.url, network=Network(ca_bundle=bundle))

    async def test_a_server_that_speaks_no_tls(self, kit, serve):
        async def plain(connection):
            await connection.send(b"220 mail.example.test ready\r\n")
            await connection.gone()

        upstream = await serve(plain)
        with pytest.raises(ConnectionFailed, match="TLS failed"):
            await kit.send(upstream.url.replace("http:", "https:"))

    async def test_cancelling_over_tls_closes_the_socket(self, kit, serve, server_tls, bundle):
        async def silent(connection):
            await connection.request()
            await connection.gone()

        upstream = await serve(silent, server_tls)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await kit.send(upstream.url, network=Network(ca_bundle=bundle))
        await asyncio.wait_for(upstream.gone.wait(), 2)

    async def test_plain_requests_go_through_the_proxy(self, kit, serve, proxy):
        server = await serve(proxy)
        network = Network(proxy=server.url.replace("://", "://me:p%40ss@"))
        reply = await kit.send("http://api.example.test/v1/chat", network=network)
        assert reply.body == b"via proxy"
        assert proxy.seen == [("POST http://api.example.test/v1/chat HTTP/1.1", "Basic bWU6cEBzcw==")]

    async def test_tls_goes_through_the_proxy_in_a_tunnel(self, kit, serve, proxy, server_tls, bundle):
        server = await serve(proxy)
        upstream = await serve(kit.reply(), server_tls)
        network = Network(proxy=server.url.replace("://", "://me:p%40ss@"), ca_bundle=bundle)
        reply = await kit.send(upstream.url, network=network)
        assert reply.body == b"ok"
        port = upstream.origin.rpartition(":")[2]
        assert proxy.seen == [(f"CONNECT localhost:{port} HTTP/1.1", "Basic bWU6cEBzcw==")]
        assert "proxy-authorization" not in upstream.seen[0].headers

    async def test_a_proxy_that_refuses_or_is_away_is_a_failed_connection(self, kit, serve, proxy, bundle):
        proxy.refuse = True
        server = await serve(proxy)
        with pytest.raises(ConnectionFailed, match="the proxy"):
            await kit.send("https://api.example.test/v1", network=Network(proxy=server.url, ca_bundle=bundle))
        with pytest.raises(ConnectionFailed, match="no connection to the proxy"):
            await kit.send("http://api.example.test/v1", network=Network(proxy="http://127.0.0.1:9"))

    async def test_a_proxy_of_the_environment_is_used_but_not_for_this_machine(
        self, kit, serve, proxy, monkeypatch
    ):
        server = await serve(proxy)
        clear(monkeypatch, ALL_PROXY=server.url)
        upstream = await serve(kit.reply())
        assert (await kit.send(upstream.url)).body == b"ok"
        proxy.refuse = True
        with pytest.raises(ConnectionFailed, match="the proxy"):
            await kit.send("https://api.example.test/v1")
        assert [line for line, _ in proxy.seen] == ["CONNECT api.example.test:443 HTTP/1.1"]

    @pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
    async def test_no_proxy_of_the_environment_reads_a_prompt(self, kit, serve, proxy, monkeypatch, variable):
        def fails(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        server = await serve(proxy)
        clear(monkeypatch, **{variable: server.url})
        monkeypatch.setattr(socket, "getaddrinfo", fails)
        with pytest.raises(ConnectionFailed, match="its name does not resolve"):
            await kit.send("http://api.example.test/v1")
        assert not proxy.seen

    async def test_files_that_cannot_be_used_are_named_by_their_key(self, kit, serve, bundle, tmp_path):
        upstream = await serve(kit.reply())
        nonsense = tmp_path / "nonsense.pem"
        nonsense.write_text("not a certificate")
        for network, key in (
            (Network(ca_bundle=str(tmp_path / "missing.pem")), "ca_bundle"),
            (Network(ca_bundle=str(nonsense)), "ca_bundle"),
            (Network(client_cert=(str(tmp_path / "missing.pem"), None)), "client_cert"),
            (Network(client_cert=(str(nonsense), None)), "client_cert"),
            (Network(client_cert=(bundle, None)), "client_cert"),
            (Network(proxy="socks5://127.0.0.1:1080"), "proxy"),
        ):
            with pytest.raises(ConfigError) as caught:
                await kit.send(upstream.url, network=network)
            assert caught.value.key == key
        assert upstream.connections == 0


def clear(monkeypatch, **variables: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://api.example.org/v1", None),
        ("https://api.example.org/v1", "http://any:2"),
        ("https://internal.example.com/v1", None),
        ("https://deep.internal.example.com:8443/v1", None),
        ("https://notinternal.example.com/v1", "http://any:2"),
        ("https://10.0.0.5:8000/v1", None),
        ("https://10.0.0.5:9000/v1", "http://any:2"),
        ("http://localhost:8000/v1", None),
        ("http://127.0.0.1:8000/v1", None),
        ("http://[::1]:8000/v1", None),
    ],
)
def test_the_environment_s_proxies(monkeypatch, url, expected):
    clear(
        monkeypatch,
        http_proxy="plain:1",
        all_proxy="http://any:2",
        no_proxy=".internal.example.com, 10.0.0.5:8000",
    )
    chosen = Proxies(Network()).for_url(url)
    assert (chosen and chosen.url) == expected


def as_host(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)


@st.composite
def blocks(draw):
    """An address, how many of its bits name a block, and another address that often lies in it."""
    base = draw(st.ip_addresses())
    bits = draw(st.integers(0, base.max_prefixlen))
    low = draw(st.integers(0, 2 ** (base.max_prefixlen - bits) - 1))
    inside = type(base)((int(base) >> (base.max_prefixlen - bits) << (base.max_prefixlen - bits)) | low)
    return f"{base}/{bits}", draw(st.sampled_from([inside, inside, draw(st.ip_addresses())]))


@given(blocks(), st.sampled_from(["", ":8443"]))
@example(("10.0.0.0/8", ipaddress.ip_address("10.9.8.7")), ":8000")
@example(("10.0.0.0/8", ipaddress.ip_address("::ffff:10.9.8.7")), "")
@example(("fd00::/8", ipaddress.ip_address("fd00::1")), "")
def test_blocks_of_addresses_are_reached_without_a_proxy(given_block, port):
    block, address = given_block
    with pytest.MonkeyPatch.context() as patch:
        clear(patch, all_proxy="http://any:2", no_proxy=f"intra.example, {block}")
        chosen = Proxies(Network()).for_url(f"https://{as_host(address)}{port}/v1")
    plain = getattr(address, "ipv4_mapped", None) or address
    network = ipaddress.ip_network(block, strict=False)
    direct = address in network or plain in network or plain.is_loopback
    assert (chosen is None) == direct


@pytest.mark.parametrize("entry", ["fd00::1", "[fd00::1]", "fd00:0::1"])
def test_an_address_is_meant_however_it_is_written(monkeypatch, entry):
    clear(monkeypatch, all_proxy="http://any:2", no_proxy=entry)
    assert Proxies(Network()).for_url("https://[fd00::1]:8000/v1") is None
    assert Proxies(Network()).for_url("https://[fd00::2]:8000/v1") is not None


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "/8", "10.0.0.0/x"])
def test_what_is_no_block_covers_nothing(monkeypatch, entry):
    clear(monkeypatch, all_proxy="http://any:2", no_proxy=entry)
    assert Proxies(Network()).for_url("https://10.0.0.5/v1") is not None


@pytest.mark.parametrize("entry", ["0.0.5", ".0.5", "*.0.0.5", "5"])
@pytest.mark.parametrize("port", ["", ":8000"])
def test_an_address_has_no_parent_domain(monkeypatch, entry, port):
    clear(monkeypatch, all_proxy="http://any:2", no_proxy=entry)
    assert Proxies(Network()).for_url(f"https://10.0.0.5{port}/v1") is not None


def test_a_name_lies_in_no_block(monkeypatch):
    clear(monkeypatch, all_proxy="http://any:2", no_proxy="0.0.0.0/0,::/0")
    assert Proxies(Network()).for_url("https://api.example.org/v1") is not None


def test_a_configured_proxy_wins_over_the_environment(monkeypatch):
    clear(monkeypatch, https_proxy="http://environment:1", no_proxy="*")
    assert Proxies(Network(proxy="http://mine:2")).for_url("https://api.example.org").url == "http://mine:2"
    assert Proxies(Network()).for_url("https://api.example.org") is None


def test_a_proxy_of_the_environment_that_cannot_be_used_is_named(monkeypatch):
    clear(monkeypatch, ALL_PROXY="socks5://127.0.0.1:1080")
    assert Proxies(Network()).for_url("http://localhost:8000") is None
    with pytest.raises(ConfigError, match="ALL_PROXY"):
        Proxies(Network()).for_url("https://api.example.org")


@pytest.mark.parametrize(
    ("url", "network", "passed_by"),
    [
        ("http://gpu.example.org/v1", Network(), "HTTP_PROXY"),
        ("https://gpu.example.org/v1", Network(), ""),
        ("https://gpu.example.org/v1", Network(environment=False), "ALL_PROXY"),
        ("http://gpu.example.org/v1", Network(proxy="http://mine:2"), ""),
        ("http://10.0.0.5:8000/v1", Network(), ""),
        ("http://localhost:8000/v1", Network(environment=False), ""),
    ],
)
def test_what_the_environment_says_and_nobody_follows_is_known(monkeypatch, url, network, passed_by):
    clear(monkeypatch, http_proxy="plain:1", all_proxy="http://any:2", no_proxy="10.0.0.5:8000")
    assert Proxies(network).passed_by(url) == passed_by
    if passed_by:
        assert Proxies(network).for_url(url) is None

"""What keeps a request in a place: set in its body above all else, and nothing is sent without it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import InvalidRequest, PermitError
from interlock.http import HttpClient, HttpRequest, Permit, origin_of
from interlock.http.pins import holds, pinned
from interlock.testing import Upstream
from interlock.types.models import Destination

GEO = {"inference_geo": "us"}
ROUTED = {"provider": {"data_collection": "deny", "zdr": True}}


def request(body: Any, url: str = "http://localhost/") -> HttpRequest:
    return HttpRequest(url=url, body=body if isinstance(body, bytes) else json.dumps(body).encode())


def set_in(body: Any, pins: Any) -> tuple[Any, list[str]]:
    made, overruled = pinned(request(body), pins)
    return json.loads(made.body), overruled


@pytest.mark.parametrize(
    ("body", "pins", "after", "overruled"),
    [
        ({"m": 1}, GEO, {"m": 1, "inference_geo": "us"}, []),
        ({"inference_geo": "us"}, GEO, {"inference_geo": "us"}, []),
        ({"inference_geo": "global"}, GEO, {"inference_geo": "us"}, ["inference_geo"]),
        ({"Inference-Geo": "cn", "inferenceGeo": "cn"}, GEO, GEO, ["Inference-Geo", "inferenceGeo"]),
        ({"inference_geo": {"us": 1}}, GEO, GEO, ["inference_geo"]),
        ({}, ROUTED, ROUTED, []),
        (
            {"provider": {"order": ["a"], "data_collection": "allow"}},
            ROUTED,
            {"provider": {"order": ["a"], "data_collection": "deny", "zdr": True}},
            ["provider.data_collection"],
        ),
        ({"provider": "anybody"}, ROUTED, ROUTED, ["provider"]),
        ({"provider": None}, ROUTED, ROUTED, ["provider"]),
        ({"provider": {"ZDR": False, "zdr": 1}}, ROUTED, ROUTED, ["provider.ZDR", "provider.zdr"]),
    ],
)
def test_a_pin_stands_above_what_the_body_says(body, pins, after, overruled):
    found, told = set_in(body, pins)
    assert found == after
    assert sorted(told) == sorted(overruled)


names = st.sampled_from(
    ["inference_geo", "inferenceGeo", "provider", "PROVIDER", "zdr", "Zdr", "data_collection", "x", "y"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(names, json_values), st.sampled_from([GEO, ROUTED, {**GEO, **ROUTED}]))
def test_whatever_the_body_was_it_has_the_pins_then_and_all_of_its_own(body, pins):
    made, _ = pinned(request(body), pins)
    assert holds(made.body, pins)
    found = json.loads(made.body)
    pinned_names = {"inferencegeo", "provider"}
    kept = {name: value for name, value in body.items() if name.lower().replace("_", "") not in pinned_names}
    assert kept.items() <= found.items() if not kept else all(found[name] == kept[name] for name in kept)
    again, overruled = pinned(made, pins)
    assert (again.body, overruled) == (made.body, [])


@pytest.mark.parametrize("body", [b"", b"no", b"[]", b"1", b"\xff", b'{"a": 1', b"null"])
def test_what_is_no_object_is_not_sent_at_all(body):
    with pytest.raises(InvalidRequest, match="cannot be set"):
        pinned(request(body), GEO)
    assert not holds(body, GEO)


@pytest.mark.parametrize(
    "body", [{}, {"inference_geo": "US"}, {"inference_geo": None}, {**GEO, "inferencegeo": "cn"}, [GEO]]
)
async def test_a_permit_with_pins_covers_no_body_without_them(body):
    with Upstream() as upstream:
        client = HttpClient()
        permit = Permit(deployment="a", origin=origin_of(upstream.url), pins=GEO)
        where = Destination(id="a", region="global", base_url=upstream.url)
        asked = request(body, f"{upstream.url}/v1")
        with pytest.raises(PermitError, match="without its pins"):
            await client.send(asked, permit, where)
        with pytest.raises(PermitError, match="without its pins"):
            async with client.stream(asked, permit, where):
                pass
        assert (upstream.requests, permit.used) == ([], 0)
        await client.send(request(GEO, f"{upstream.url}/v1"), permit, where)
        large = request({**GEO, "text": "x" * 100_000}, f"{upstream.url}/v1")
        await client.send(large, permit, where)
        with pytest.raises(PermitError, match="without its pins"):
            await client.send(request({"text": "x" * 100_000}, f"{upstream.url}/v1"), permit, where)
        assert len(upstream.requests) == 2
        await client.aclose()

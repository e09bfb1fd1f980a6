"""The rows that say where vendors process: how a file is read, and which row a deployment gets."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import ConfigError
from interlock.catalog.offers import Offer, load_offers, matching, read_offers

ROW = """
[[offers]]
id = "acme"
provider = "acme"
processed = ["eu"]
source = "https://acme.example/places"
as_of = "2026-11-01"
confidence = "published"
"""


def read(row: str = "") -> Offer:
    return read_offers(ROW + row, "acme.toml")[0]


def test_what_a_row_leaves_out_is_unknown() -> None:
    handling = read().handling("", "acme")
    assert (handling.stored, handling.operator, handling.parent) == ("global", "", "")
    assert (handling.retention_days, handling.training, handling.agreements) == (None, None, frozenset())
    assert (handling.offer, handling.source, handling.as_of) == (
        "acme",
        "https://acme.example/places",
        "2026-11-01",
    )


def test_a_row_is_read_whole() -> None:
    offer = read(
        'hosts = ["*.acme.example"]\nstored = ["{region}", "us"]\noperator = "Ireland"\nparent = "us"\n'
        'retention_days = 0\ntraining = false\nagreements = ["DPA"]\nevidence = "usage.place"\n'
        'note = "Go east."\n'
        '[offers.pins.us]\ngeo = "us"\n'
    )
    handling = offer.handling("de", "acme")
    assert (handling.stored, handling.operator, handling.retention_days) == ("de+us", "ie", 0)
    assert (handling.training, handling.agreements) == (False, {"dpa"})
    assert (handling.evidence, handling.note) == ("usage.place", "Go east.")
    assert offer.pins == {"us": {"geo": "us"}}


def test_the_declared_region_stands_where_the_row_says_so_and_is_anywhere_where_there_is_none() -> None:
    [offer] = read_offers(ROW.replace('["eu"]', '["{region}"]'), "acme.toml")
    assert offer.region("eu-central-1", "acme") == "eu-central-1"
    assert offer.region("", "acme") == "global"
    [both] = read_offers(ROW.replace('["eu"]', '["{region}", "ch"]'), "acme.toml")
    assert both.region("eu-central-1", "acme") == "ch+de"
    assert both.region("", "acme") == "global"


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("[[offers", "", "is no TOML"),
        ("offers = 3", "offers", "list of tables"),
        ("other = 1", "other", "no such key"),
        (ROW + ROW, "offers.1.id", "id of another row"),
        (ROW + "hots = []", "offers.0.hots", "no such key"),
        (ROW.replace('["eu"]', '["europe"]'), "offers.0.processed.0", "no jurisdiction"),
        (ROW.replace('["eu"]', "[]"), "offers.0.processed", "is required"),
        (ROW + 'stored = ["germny"]', "offers.0.stored.0", "germny"),
        (ROW + 'operator = "atlantis"', "offers.0.operator", "atlantis"),
        (ROW + "retention_days = -1", "offers.0.retention_days", "at least 0"),
        (ROW + 'training = "no"', "offers.0.training", "true or false"),
        (ROW.replace("2026-11-01", "lately"), "offers.0.as_of", "a date"),
        (ROW.replace("published", "sure"), "offers.0.confidence", "one of"),
        (ROW + '[offers.pins.mars]\ngeo = "x"', "offers.0.pins.mars", "mars"),
        (ROW + "[offers.pins.us]", "offers.0.pins.us", "fields"),
    ],
)
def test_a_file_that_cannot_be_meant_names_the_row_and_the_key(text: str, key: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read_offers(text, "acme.toml")
    assert (caught.value.key, caught.value.source) == (key, "acme.toml")


@given(st.text(max_size=200))
def test_any_text_is_rows_or_an_error(text: str) -> None:
    with suppress(ConfigError):
        assert isinstance(read_offers(text, "acme.toml"), tuple)


values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=8).map(repr)),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from(["hosts", "names", "stored", "operator", "retention_days", "training", "pins"]), values
)
def test_any_value_is_taken_or_refused(key: str, value: Any) -> None:
    with suppress(ConfigError):
        assert isinstance(read(f"{key} = {str(value).lower()}"), Offer)


@pytest.mark.parametrize(
    "resource", ["interlock:none.toml", "no_such_package:offers.toml", "interlock", ":x"]
)
def test_a_file_that_is_not_there_is_named(resource: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        load_offers(resource)
    assert caught.value.source == resource


def found(*rows: Offer, **asked: Any) -> str | None:
    usual = {"host": "api.acme.example", "usual": True, "name": "m", "region": "", "deployment_type": ""}
    offer = matching(rows, **(usual | asked))
    return offer and offer.id


def row(id_: str, **more: Any) -> Offer:
    facts = {"provider": "acme", "processed": ("eu",), "source": "s", "as_of": "2026-01-01"}
    return Offer(id=id_, confidence="published", **facts, **more)


def test_the_first_row_that_matches_is_believed() -> None:
    rows = (
        row("host", hosts=("eu.acme.example", "*.eu.acme.example")),
        row("name", names=("*opus-4*",)),
        row("region", regions=("westeurope", "eu-central-1")),
        row("type", deployment_type="zone"),
        row("rest"),
    )
    assert found(*rows) == "rest"
    assert found(*rows, name="Claude-OPUS-4-6 ") == "name"
    assert found(*rows, region="West Europe") == found(*rows, region="EU-Central-1") == "region"
    assert found(*rows, deployment_type="zone") == "type"
    assert found(*rows, host="eu.acme.example", usual=False) == "host"
    assert found(*rows, host="a.b.eu.acme.example", usual=False) == "host"
    assert found(*rows, host="xeu.acme.example", usual=False) is None

"""SAP and Slack on this machine, as far as the example needs them: `uv run python services.py`.

SAP is a model in SAP CAP, Slack the npm package `emulate`. What the example reads is written into SAP first,
and `work/interlock.yaml` is the configuration with their addresses. They end when this does.
"""

import base64
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import yaml

HERE = Path(__file__).resolve().parent
CHECKOUT = next(each for each in HERE.parents if (each / "tests" / "support" / "emulators").is_dir())
sys.path.append(str(CHECKOUT / "tests" / "support"))

from emulators import emulate, sap_cap  # noqa: E402 - it lies in the checkout
from emulators.sap_cap import LOGIN, PURCHASING  # noqa: E402 - likewise

TOKEN = "xoxb-of-no-use"  # noqa: S105 - the emulator takes any
LATE, OLD = "4500000900", "4500000700"
CHANNELS = ("general", "supply")
SLACK = {
    "slack": {
        "team": {"name": "Example", "domain": "example"},
        "channels": [{"name": name} for name in CHANNELS],
        "tokens": [
            {
                "token": TOKEN,
                "type": "bot",
                "scopes": ["chat:write", "channels:read", "channels:history", "channels:manage"],
            }
        ],
    }
}


@dataclass(frozen=True, kw_only=True)
class World:
    """The two services, as somebody sees them who goes past the agent. Roots of their addresses."""

    sap: str
    slack: str

    def orders(self) -> list[dict[str, Any]]:
        """Every purchase order with its items, the oldest first."""
        found: list[dict[str, Any]] = []
        path: str | None = "PurchaseOrder?$expand=_PurchaseOrderItem&$orderby=PurchaseOrder"
        while path is not None:
            told = self._sap(path)
            found += told["value"]
            path = told.get("@odata.nextLink")
        return found

    def order(self, number: str, supplier: str, count: int, price: float) -> None:
        """Write a purchase order, unless it is there."""
        item = {"Material": "PUMP-7", "Plant": "1010", "OrderQuantity": count, "NetPriceAmount": price}
        if any(each["PurchaseOrder"] == number for each in self.orders()):
            return
        made = {
            "PurchaseOrder": number,
            "PurchaseOrderType": "NB",
            "CompanyCode": "1010",
            "Supplier": supplier,
        }
        self._sap("PurchaseOrder", made | {"DocumentCurrency": "EUR", "_PurchaseOrderItem": [item]})

    def channel(self, name: str) -> str:
        """The id of a channel, which is made if it is not there."""
        there = self._slack("conversations.list", limit="1000")["channels"]
        found = [each["id"] for each in there if each["name"] == name]
        return str(found[0] if found else self._slack("conversations.create", name=name)["channel"]["id"])

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """What was posted in a channel, by its id, the newest first."""
        told = self._slack(
            "conversations.history", channel=channel, limit="1000", include_all_metadata="true"
        )
        return [each for each in told["messages"] if not each.get("subtype")]

    def _sap(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        login = base64.b64encode(LOGIN.encode()).decode()
        headers = {"authorization": f"Basic {login}", "content-type": "application/json"}
        return _asked(f"{self.sap}{PURCHASING}/{path}", headers, body and json.dumps(body).encode())

    def _slack(self, method: str, **arguments: str) -> Any:
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/x-www-form-urlencoded"}
        return _asked(f"{self.slack}/api/{method}", headers, urlencode(arguments).encode())


@contextmanager
def world() -> Iterator[World]:
    """Both services, with what the example reads."""
    with sap_cap() as sap, emulate("slack", SLACK) as slack:
        there = World(sap=sap.url, slack=slack.url)
        there.order(OLD, "1000021", 20, 41.5)
        there.order(LATE, "1000033", 8, 39.0)
        yield there


def configuration(there: World, *, settles_within: float = 1.0) -> dict[str, Any]:
    """That of the example, for these services: on this machine what was sent is there within a second."""
    config: dict[str, Any] = yaml.safe_load((HERE / "interlock.yaml").read_text("utf-8"))
    addresses = {"sap": (there.sap, LOGIN), "slack": (f"{there.slack}/api", TOKEN)}
    for connector in config["connectors"]:
        url, key = addresses[connector["id"]]
        connector |= {"base_url": url, "region": "local", "api_key": key}
        connector["options"]["settles_within"] = settles_within
    return config


def _asked(url: str, headers: Mapping[str, str], body: bytes | None) -> Any:
    with urlopen(Request(url, body, dict(headers)), timeout=30) as reply:  # noqa: S310 - of this machine
        return json.loads(reply.read())


def main() -> None:
    """Serves until it is interrupted."""
    try:
        with world() as there:
            work = HERE / "work"
            work.mkdir(exist_ok=True)
            (work / "interlock.yaml").write_text(yaml.safe_dump(configuration(there), sort_keys=False))
            print(f"SAP: {there.sap}, Slack: {there.slack}. Ctrl-C ends them.", flush=True)
            while True:
                time.sleep(3600)
    except pytest.skip.Exception as missing:
        raise SystemExit(str(missing)) from None
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()

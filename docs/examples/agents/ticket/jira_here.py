"""Jira on this machine, as far as the example needs it: `uv run python jira_here.py`, or with `data_center`.

Cloud is a server of the checkout's tests, Data Center the package `jira820`. The ticket is written into it
first, and `work/interlock.yaml` is the configuration with its address. It ends when this does.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import yaml

HERE = Path(__file__).resolve().parent
CHECKOUT = next(each for each in HERE.parents if (each / "tests" / "support" / "jira_cloud").is_dir())
sys.path.append(str(CHECKOUT / "tests" / "support"))

from emulators import data_center  # noqa: E402 - it lies in the checkout
from jira_cloud import CloudSite  # noqa: E402 - likewise

STOCK = "Which of these are to be ordered?\n\n- PUMP-7: 2 of 6\n- SEAL-2: 40 of 40\n- HOSE-4: 1 of 3"
OWN = {"hosting": "data_center"}


@contextmanager
def jira(hosting: str) -> Iterator[str]:
    """Its address."""
    if hosting == "cloud":
        with CloudSite() as site:
            yield site.url
    else:
        with data_center() as server:
            yield server.url


def ask(url: str, path: str, body: Any) -> Any:
    """What Jira answers to one request, past the agent."""
    headers = {"authorization": "Bearer scoped-3f9a", "content-type": "application/json"}
    request = Request(url + path, data=json.dumps(body).encode(), headers=headers)  # noqa: S310 - of this machine
    with urlopen(request, timeout=30) as reply:  # noqa: S310 - likewise
        return json.loads(reply.read() or b"null")


def ticket(url: str, hosting: str, label: str = "stock") -> str:
    """Write one that somebody works on, with a comment. Its key."""
    cloud = hosting == "cloud"
    root = "/rest/api/3/issue" if cloud else "/rest/api/2/issue"
    fields = {"project": {"key": "SHOP"}, "issuetype": {"name": "Task"}, "summary": "What to order"}
    fields |= {"labels": [label], "description": document(STOCK) if cloud else STOCK}
    key = str(ask(url, root, {"fields": fields})["key"])
    said = "By Friday, please"
    ask(url, f"{root}/{key}/comment", {"body": document(said) if cloud else said})
    ask(url, f"{root}/{key}/transitions", {"transition": {"id": "11" if cloud else "21"}})
    return key


def document(text: str) -> Any:
    """Plain paragraphs in Atlassian's format."""
    lines = [{"type": "text", "text": each} for each in text.splitlines() if each]
    content = [{"type": "paragraph", "content": [each]} for each in lines]
    return {"type": "doc", "version": 1, "content": content}


def configured(url: str, hosting: str) -> dict[str, Any]:
    """The configuration with that address, and waiting no longer than a program on this machine takes."""
    config: dict[str, Any] = yaml.safe_load((HERE / "interlock.yaml").read_text("utf-8"))
    entry = config["connectors"][0]
    entry |= {"base_url": url, "region": "local", "api_key": CloudSite.key}
    entry["options"] |= {"settles_within": 0.05} | ({} if hosting == "cloud" else OWN)
    return config


if __name__ == "__main__":
    which = sys.argv[1] if len(sys.argv) > 1 else "cloud"
    with jira(which) as address:
        print(ticket(address, which), address)
        (HERE / "work").mkdir(exist_ok=True)
        written = yaml.safe_dump(configured(address, which), sort_keys=False)
        (HERE / "work" / "interlock.yaml").write_text(written, "utf-8")
        while True:
            time.sleep(60)

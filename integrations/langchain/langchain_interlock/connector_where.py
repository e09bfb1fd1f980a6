"""Where in a program a call of a connector's tool stands: its run, its step, its key."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from interlock import Constraints
from langchain_interlock.calls import constraints_of


class Where:
    """Read from the config that LangGraph hands to tools.

    Attributes:
        key: names the call's effect. It is the same when LangGraph does a step again, and so answers for the
            same; None outside a graph that is kept, where nothing is done again.
        options: what `Toolbox.run_approved` takes.
    """

    def __init__(self, config: Any, name: str, arguments: Any, id_: str | None) -> None:
        """Raises RequestError for constraints in the metadata that cannot be meant."""
        config = config or {}
        configurable: Mapping[str, Any] = config.get("configurable") or {}
        metadata: Mapping[str, Any] = config.get("metadata") or {}
        thread = configurable.get("thread_id")
        run = str(metadata.get("run") or thread or "")
        task = configurable.get("checkpoint_ns")
        self.key = _key(thread, task, id_, name, arguments) if thread and task and id_ else None
        constraints: Constraints | None = constraints_of(metadata)
        self.options = {"key": self.key, "run": run, "step": id_ or "", "constraints": constraints}


def _key(*place: Any) -> str:
    # A task of LangGraph's has an id of its own, which it keeps when it is done again.
    return hashlib.sha256(json.dumps(place, sort_keys=True, default=str).encode()).hexdigest()[:32]

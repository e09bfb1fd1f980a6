"""Importing the package is cheap: what needs Interlock loads with the first model."""

import json
import subprocess
import sys

CODE = """
import json, sys
import langchain_core.language_models.chat_models
before = set(sys.modules)
import langchain_interlock
print(json.dumps(sorted(set(sys.modules) - before)))
model = langchain_interlock.ChatInterlock(config={"deployments": [
    {"id": "a", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "k"}
]})
print(json.dumps(["interlock" in sys.modules, type(model.router).__name__]))
"""


def test_the_import_loads_nothing_of_interlock_before_the_first_model():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    loaded, afterwards = map(json.loads, done.stdout.splitlines())
    assert "langchain_interlock.chat" in loaded
    assert not [name for name in loaded if name.partition(".")[0] in ("interlock", "pluggy")]
    assert afterwards == [True, "Router"]

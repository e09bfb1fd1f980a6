"""Says in a model's place which country a spelling means."""

from interlock_agents import PolicyCall, PolicyMove

COUNTRIES = {"deutschland": "DE", "germany": "DE", "france": "FR", "united kingdom": "GB", "usa": "US"}


def policy(call: PolicyCall) -> PolicyMove:
    return call.say(COUNTRIES.get(call.values["spelling"].casefold(), "unknown"))

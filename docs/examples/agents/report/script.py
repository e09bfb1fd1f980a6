"""Writes a section's sentences in a model's place: with names of figures, and never with a figure."""

from interlock_agents import PolicyCall, PolicyMove

TEXTS = {
    "totals": "From {first} to {last} there were {orders} orders. They came to {EUR}, {USD} and {GBP}.",
    "countries": "Most orders came from {most}: {most_orders}, which is {most_share} of all.",
    "customers": "There were {customers} customers. Most often, {best_orders} times, ordered {best}.",
}


def policy(call: PolicyCall) -> PolicyMove:
    return call.say(TEXTS[call.values["section"]])

"""Writes the resolution in a model's place: what there are fewer of than there should be."""

import re

from interlock_agents import PolicyCall, PolicyMove

LINE = re.compile(r"^(?:- )?(?P<part>[A-Z]+-[0-9]+): (?P<there>[0-9]+) of (?P<wanted>[0-9]+)$", re.MULTILINE)


def policy(call: PolicyCall) -> PolicyMove:
    given = call.values
    short = {
        line["part"]: int(line["wanted"]) - int(line["there"])
        for line in LINE.finditer(given["description"])
        if int(line["there"]) < int(line["wanted"])
    }
    if not short:
        return call.stop("the ticket lists nothing that is short")
    people = sorted({each["author"]["displayName"] for each in given["said"]})
    asked = f"{' and '.join(people)} asked for it." if people else "Nobody has said anything else."
    listed = "\n".join(f"- {part}: {count}" for part, count in sorted(short.items()))
    return call.say({"text": f"To be ordered:\n\n{listed}\n\n{asked}"})

"""Prints the tables of docs/dialects.md out of the codecs' own declarations."""

import interlock_anthropic
import interlock_bedrock
import interlock_google
import interlock_openai

_DECLARED = (
    (
        "Chat completions",
        "OpenAI, and all that speak as it does. Names in brackets are the providers that have the limit.",
        interlock_openai.LIMITS,
    ),
    (
        "Responses",
        "OpenAI's and Azure's other endpoint; which models are asked there is said [above](#which-models).",
        interlock_openai.RESPONSES_LIMITS,
    ),
    ("Anthropic", "The Messages API.", interlock_anthropic.LIMITS),
    ("Google", "The Gemini API: generateContent and streamGenerateContent.", interlock_google.LIMITS),
    (
        "Bedrock",
        "Converse and ConverseStream. What they take differs by the maker of the model.",
        interlock_bedrock.LIMITS,
    ),
)


def tables() -> str:
    return "\n\n".join(_table(*declared) for declared in _DECLARED) + "\n"


def _table(title: str, about: str, limits: tuple[tuple[str, str], ...]) -> str:
    rows = [f"| {_cell(feature)} | {_cell(instead)} |" for feature, instead in limits]
    head = ["| what is asked for | what becomes of it |", "| --- | --- |"]
    return "\n".join([f"## {title}", "", about, "", *head, *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(tables(), end="")

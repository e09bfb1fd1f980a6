"""What vendors of this dialect cannot express, and what happens instead, read from their rows."""

from collections.abc import Callable

from interlock_openai.vendors import VENDORS, Vendor

_REFUSED = "refused as unsupported_part"
_MOVED = "a remark stands in its place, and it follows in the user's next message"

# Whether a vendor has the limit, the feature, and what becomes of it.
_BY_ROW: tuple[tuple[Callable[[Vendor], bool], str, str], ...] = (
    (lambda row: row.system_first, "system messages after the first turn", "moved to the front, as one"),
    (lambda row: not row.names, "names of a message's author", "left out"),
    (lambda row: not row.images, "images", _REFUSED),
    (lambda row: not row.image_urls, "images by URL", f"{_REFUSED}; give the bytes"),
    (lambda row: row.audio == "none", "audio", _REFUSED),
    (lambda row: row.audio == "object", "audio by URL, or other than WAV and MP3", _REFUSED),
    (lambda row: row.documents == "none", "documents other than plain text", f"{_REFUSED}; send their text"),
    (lambda row: row.documents == "file_url", "documents' bytes", f"{_REFUSED}; give a URL"),
    (
        lambda row: row.documents != "none" and not row.document_urls,
        "documents by URL",
        f"{_REFUSED}; give the bytes",
    ),
    (lambda row: row.documents != "file", "documents by file id", _REFUSED),
    (lambda row: not row.tool_media, "images in a tool's result", _MOVED),
    (lambda row: not row.refusals, "refusals of past turns", "sent as text"),
    (lambda row: not row.wordless, "messages without a word", "sent as `.`, which the vendor takes"),
    (
        lambda row: not row.user_after_tool,
        "a user's message right after a tool's result",
        "an assistant's message of `.` is put between",
    ),
    (
        lambda row: row.call_ids == "nine",
        "ids of tool calls other than nine letters and digits",
        "replaced by such, one always by the same one",
    ),
    (
        lambda row: row.call_ids == "short",
        "ids of tool calls of more than 40 characters",
        "replaced by a hash",
    ),
    (lambda row: row.reasoning_back == "never", "reasoning of past turns", "left out"),
    (
        lambda row: row.reasoning_back == "with_tool_calls",
        "reasoning of past turns without tool calls",
        "left out",
    ),
    (
        lambda row: row.reasoning_owed == "always",
        "past turns without a thought, or with another vendor's",
        "sent with a blank one, which the vendor demands",
    ),
    (lambda row: not row.cache_marks, "Text.cache", "left out; the vendor caches by itself, or not at all"),
    (
        lambda row: not row.forces_tools,
        "forced tools",
        "asked for in words; an answer without the call is a ProtocolError",
    ),
    (lambda row: not row.forbids_tools, "tool_choice none", "the tools are left out"),
    (lambda row: not row.parallel, "parallel_tool_calls", "left out"),
    (lambda row: not row.strict, "strict on tools and schemas", "left out"),
    (
        lambda row: row.output == "json_object",
        "structured output by schema",
        "the vendor is asked for JSON and told the schema in words; checked on the way back",
    ),
    (
        lambda row: not row.output_with_tools,
        "structured output together with tools",
        "the format is left out; the schema is told in words",
    ),
    (
        lambda row: "forced_tools" in (row.traits.refuses_while_reasoning or ()),
        "forced tools while the model reasons",
        "reasoning is switched off for that call; where it cannot be, the tools are asked for in words",
    ),
    (
        lambda row: "json" in (row.traits.refuses_while_reasoning or ()),
        "structured output together with reasoning",
        "the format is left out; the schema is told in words",
    ),
    (
        lambda row: "unstreamed" in (row.traits.refuses_while_reasoning or ()),
        "reasoning without streaming",
        "switched off for that call",
    ),
    (lambda row: not row.schema_in_streams, "structured output by schema in streams", "asked for as JSON"),
    (lambda row: row.stops == 4, "more than 4 stop sequences", _REFUSED),  # noqa: PLR2004 - as it says
    (lambda row: row.stops == 16, "more than 16 stop sequences", _REFUSED),  # noqa: PLR2004 - as it says
    (lambda row: row.traits.temperature == (0.0, 1.0), "temperature above 1", "sent as 1"),
    (lambda row: row.seed is None, "seed", "left out"),
    (lambda row: row.user is None, "user", "left out"),
    (lambda row: not row.penalties, "presence and frequency penalty", "left out"),
    (lambda row: not row.top_k, "top_k", "left out"),
    (lambda row: not row.logprobs, "logprobs", _REFUSED),
    (lambda row: row.ask == "none", "reasoning_effort", "left out"),
    (
        lambda row: row.ask not in ("reasoning", "enable_thinking"),
        "reasoning_tokens",
        "left out; use reasoning_effort",
    ),
    (
        lambda row: row.ask == "reasoning",
        "reasoning_effort together with reasoning_tokens",
        "the tokens win: the vendor takes one of the two",
    ),
)
_FOR_ALL: tuple[tuple[str, str], ...] = (
    ("images and audio by file id; image detail other than auto, low and high", _REFUSED),
    ("audio and documents in a tool's result", _MOVED),
    (
        "images, audio and documents in the assistant's turn",
        "moved to the user's next message, with a remark",
    ),
    ("media in a system message", _REFUSED),
    ("an error flag on a tool's result", "the result begins with `Error: `"),
    ("plain-text documents", "sent as text"),
    (
        "sampling settings and efforts that the model does not take",
        "left out, or moved to the nearest that it does",
    ),
    ("tools together with reasoning, for models that take one of the two", "sent without reasoning"),
    ("reasoning settings for a model whose card lists no reasoning", "left out"),
    (
        "whitespace, `<`, `|`, `\\`, `/` and `>` in names of authors",
        "replaced by `_`; a name is cut after 64 characters",
    ),
    ("another vendor's reasoning", "left out"),
    ("citations of past turns", "left out; their text stays"),
    ("audio that the model made", "kept in the answer's extra.audio, not in its parts, and so not sent back"),
)


def limits_of(vendor: Vendor) -> tuple[tuple[str, str], ...]:
    """The feature, and what becomes of it, for one vendor."""
    return (*_FOR_ALL, *((feature, instead) for has, feature, instead in _BY_ROW if has(vendor)))


def _whose(has: Callable[[Vendor], bool]) -> str:
    """The vendors that have a limit, in the fewest names; empty when none has."""
    having = [row.name for row in VENDORS if has(row)]
    others = [row.name for row in VENDORS if not has(row)]
    if not having or not others:
        return "all" if having else ""
    return f"all but {', '.join(others)}" if len(others) < len(having) else ", ".join(having)


LIMITS: tuple[tuple[str, str], ...] = (
    *_FOR_ALL,
    *(
        (feature if whose == "all" else f"{feature} ({whose})", instead)
        for has, feature, instead in _BY_ROW
        if (whose := _whose(has))
    ),
)

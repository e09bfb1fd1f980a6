"""What this vendor cannot express, for the documentation: the feature, and what becomes of it."""

LIMITS: tuple[tuple[str, str], ...] = (
    (
        "system messages between turns",
        "moved to the front, in their order: the vendor has one place for them",
    ),
    ("media in a system message", "refused (unsupported_part): the vendor takes text there"),
    ("Message.name", "left out"),
    (
        "Text.cache",
        "left out: the vendor caches repeated prefixes by itself; name a stored cache in extra_body",
    ),
    ("Text.citations", "left out of the history"),
    ("Image.detail", "left out"),
    (
        "file ids",
        "taken as files/… of its own file store or as a full URI; refused (unsupported_part) otherwise",
    ),
    ("media by URL", "fetched by the vendor; models before Gemini 2.5 take URIs of its own file store alone"),
    ("documents of plain text", "sent as text"),
    ("images and PDFs in a tool's result", "before Gemini 3 they follow the result, in the same turn"),
    ("audio, and media by URL, in a tool's result", "follow the result, in the same turn"),
    ("ToolResult.error", "the result is named `error` instead of `output`"),
    ("Settings.parallel_tool_calls", "left out: the model decides"),
    ("Settings.user", "left out"),
    (
        "Settings.reasoning_effort",
        "before Gemini 3 a number of tokens; none is the least the model can; xhigh and max are high",
    ),
    ("Settings.reasoning_tokens", "wins over reasoning_effort; from Gemini 3 on the level that is nearest"),
    ("Settings.reasoning_tokens of 0 where thinking is always on", "128 tokens, or level LOW"),
    ("a budget to think not under max_tokens", "lowered to half of max_tokens"),
    ("reasoning settings before Gemini 2.5, or for another model whose card has no `reasoning`", "left out"),
    ("Settings.logprobs", "returned in Answer.extra, as the vendor names them"),
    ("ToolSpec.strict", "one strict tool makes the vendor validate all, unless tool_choice says otherwise"),
    ("Request.output together with tools", "before Gemini 3 the answer is asked for by a tool of its own"),
    ("Request.output together with a forced tool", "left out: the call is the answer"),
    (
        "tool calls of another vendor or endpoint",
        "from Gemini 3 on sent with the vendor's word for `no signature`",
    ),
    ("signatures that the vendor refuses", "asked once more, without its thoughts and with that word"),
    ("extra_body", "replaces whole top-level keys such as generationConfig"),
)

"""What Responses cannot express, and what happens instead."""

_REFUSED = "refused as unsupported_part"
_LEFT_OUT = "left out"

LIMITS: tuple[tuple[str, str], ...] = (
    ("audio, in results of tools too", f"{_REFUSED}; use a deployment with `traits: {{endpoint: chat}}`"),
    ("image detail other than auto, low, high and original", _REFUSED),
    ("media in a system message", _REFUSED),
    (
        "images and documents in the assistant's turn",
        "moved to the user's next message, with a remark",
    ),
    ("plain-text documents", "sent as text"),
    ("names of a message's author", _LEFT_OUT),
    ("an error flag on a tool's result", "the result begins with `Error: `"),
    ("ids of tool calls of more than 40 characters (openai, azure)", "replaced by a hash"),
    ("Text.cache", "left out; the vendor caches by itself"),
    (
        "what the vendor keeps of a request",
        "nothing: sent with store false, unless the deployment's extra_body says otherwise",
    ),
    (
        "reasoning of past turns",
        "the vendor's own item goes back as it came; left out when it is not encrypted, or led to nothing",
    ),
    (
        "thoughts that the vendor refuses: another key's, or of a model that has none",
        "asked again without them, at once",
    ),
    ("ids of other items of past turns", "left out: what was not stored cannot be looked up"),
    (
        "which of the assistant's words were its answer",
        "told to gpt-5.3-codex and from gpt-5.4 on: words beside tool calls were commentary",
    ),
    ("citations of past turns", "left out; their text stays"),
    (
        "tools that the vendor runs",
        "kept in the answer's extra.items, not in its parts, and so not sent back",
    ),
    ("strict on tools", "always said, false unless the tool says otherwise: the vendor's default is true"),
    ("stop", "the text is cut here, and whatever comes after it is dropped; its tokens are counted"),
    ("seed, top_k, presence and frequency penalty", _LEFT_OUT),
    ("reasoning_tokens", "left out; use reasoning_effort"),
    ("temperature, top_p where the model takes none, as while it reasons", _LEFT_OUT),
    ("logprobs where the model returns none, as while it reasons", _REFUSED),
    (
        "reasoning_effort that the model does not know",
        "sent as the nearest that it knows; left out for models that do not reason",
    ),
    ("max_tokens under 16 (openai, azure)", "sent as 16, the least that the vendor takes"),
    ("background answers (through extra_body)", "ProtocolError: they are not waited for"),
    (
        "include, reasoning and text in extra_body",
        "stand beside what the request asks for; every other key is replaced",
    ),
)

"""What this vendor cannot express, and what happens instead. For the documentation."""

LIMITS: tuple[tuple[str, str], ...] = (
    ("audio", "refused as unsupported_part; send a transcript"),
    ("documents other than PDF and text", "refused as unsupported_part; convert to PDF or text"),
    ("text documents by URL", "refused as unsupported_part; give the bytes"),
    ("images other than JPEG, PNG, GIF and WebP", "refused as unsupported_part"),
    ("image detail", "left out; the vendor has no such hint"),
    (
        "images, documents in the assistant's turn",
        "moved to the start of the user's next turn, with a remark",
    ),
    ("system messages between turns", "moved to the system prompt, in their order"),
    (
        "the same after Claude 5.0, whose thoughts are bound to the system prompt",
        "stay in their place, behind the user's turn",
    ),
    ("a request of system messages alone", "they become the user's turn"),
    ("empty turns and blank texts", "left out; the vendor refuses them"),
    ("names of a message's author", "left out"),
    ("reasoning without a signature, or another vendor's", "left out of past turns"),
    (
        "thoughts after Claude 5.0 once system, tools or earlier turns have changed",
        "asked once more, with drop_block, when the vendor refuses them",
    ),
    ("thoughts that the vendor refuses, of earlier models", "asked once more, without past thoughts"),
    ("citations of past turns", "left out; their text stays"),
    (
        "blocks of tools that the vendor runs (search, code, MCP), compaction",
        "kept in the answer's extra.blocks, not in its parts, and so not sent back",
    ),
    ("pause_turn, compaction, a full context window", "finish_reason length: the answer is not whole"),
    ("seed, presence and frequency penalty", "left out"),
    ("logprobs", "refused as unsupported_part; the vendor returns none"),
    ("temperature above 1", "sent as 1"),
    ("temperature, top_p, top_k from Claude 4.7 on", "left out; these models take none"),
    ("temperature together with top_p from Claude 4.1 on", "top_p is left out"),
    ("temperature, top_k, top_p below 0.95 with thinking", "left out"),
    ("no max_tokens", "the card's max_output, else 8,192; the vendor wants a limit"),
    (
        "stop sequences of white space alone",
        "the vendor refuses them; the text is cut here, and what comes after it dropped",
    ),
    ("reasoning_tokens under 1,024", "sent as 1,024, the smallest budget"),
    ("reasoning_tokens not under max_tokens", "lowered to half of max_tokens"),
    ("reasoning_tokens from Claude 4.7 on", "thinking is adaptive; only reasoning_effort steers it"),
    ("reasoning_effort before Claude 4.6", "becomes a budget of tokens; Opus 4.5 takes both"),
    ("reasoning_effort none where thinking is always on", "effort low"),
    ("a thinking budget with a forced tool or inside a turn without thought", "the budget is left out"),
    (
        "forced tools after Claude 5.0",
        "asked for in words behind the last turn; an answer without the call is a ProtocolError",
    ),
    (
        "structured output before Claude 4.5, or a schema beyond the vendor's grammar",
        "by a tool whose arguments come back as the answer's text",
    ),
    ("the same after Claude 5.0", "in words behind the last turn: one more tool would void past thoughts"),
    (
        "words that stood before a thought after Claude 5.0",
        "kept in its signature, and said again when it goes back",
    ),
    (
        "limits on numbers and lengths in an output schema",
        "told in its descriptions, checked on the way back",
    ),
    ("strict on tools before Claude 4.5, or with such a schema", "left out"),
    ("more than four cache marks", "the last four count"),
    ("more than one anthropic-beta", "a deployment's own anthropic-beta header replaces ours"),
    (
        "tokens of compaction and of an advisor model",
        "in extra.usage.iterations; the vendor's totals leave them out",
    ),
)

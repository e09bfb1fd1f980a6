"""What a text may hold beside what a reader sees, written so that it is seen and does nothing."""

import re
from typing import Final

from interlock.fencing.forged import told_apart
from interlock.fencing.invisible import seen

# The characters that make a control token; each is put in place of one, so that no text gets longer.
_LOOKALIKES: Final = str.maketrans({"<": "‹", ">": "›", "[": "⟦", "]": "⟧"})
_NAMES: Final = (
    *("start_of_turn", "end_of_turn", "start_of_image", "end_of_image", "bos", "eos", "pad", "unk", "mask"),
    *("sop", "eop", "eoh", "eoa", "eod", "endoftext", "startoftext", "BOS_TOKEN", "EOS_TOKEN", "im_start"),
    *("im_end", "tool_call", "tool_calls", "tool_response", "tool_result", "tool_results", "think"),
    *("function_call", "function_calls", "function_results", "begin_of_text", "end_of_text", "eot_id"),
    *("start_header_id", "end_header_id", "beginning_of_sentence", "end_of_sentence", "begin_of_sentence"),
    *(r"unused\d+", r"extra_id_\d+", r"SPECIAL_\d+", r"reserved_\w+", r"seed:\w+", "fim_prefix"),
    *("fim_suffix", "fim_middle", "start_of_role", "end_of_role"),
)
_BRACKETED: Final = (
    *("INST", "SYSTEM_PROMPT", "AVAILABLE_TOOLS", "TOOL_CALLS", "TOOL_RESULTS", "TOOL_CONTENT"),
    *("MODEL_SETTINGS", "THINK", "gMASK", "sMASK", "CALL_ID", "PREFIX", "SUFFIX"),
)
_TOKEN: Final = re.compile(
    rf"<[|｜][^\s<>|｜]{{1,64}}[|｜]>|<</?SYS>>|</?(?:{'|'.join(_NAMES)})>|\[/?(?:{'|'.join(_BRACKETED)})\]",
    re.IGNORECASE,
)
# Llama's first and last token are HTML's for struck text: a pair around text is left as it is.
_STRUCK: Final = re.compile(r"<s>[^<>\[\n]*</s>|(</?s>)", re.IGNORECASE)


def escaped(text: str) -> str:
    """The text with control tokens of chat templates, lines that look like a fence, and characters that
    nobody sees written in another way. Ordinary text stays as it is, whatever it is written in.
    """
    if "<" in text or "[" in text:
        text = _TOKEN.sub(lambda found: found[0].translate(_LOOKALIKES), text)
        text = _STRUCK.sub(lambda found: found[0].translate(_LOOKALIKES) if found[1] else found[0], text)
    # Once as a reader in haste takes it, who does not see what a line hides, and once as it is written.
    return told_apart(seen(told_apart(text)))


def has_control_tokens(text: str) -> bool:
    """Whether some word in it is one of a chat template's."""
    return _TOKEN.search(text) is not None

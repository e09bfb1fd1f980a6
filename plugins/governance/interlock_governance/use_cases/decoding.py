"""Bytes of a file as text, whatever wrote them."""

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


_NO_TEXT: Final = (
    (b"PK\x03\x04", "a workbook or an archive; save its sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "a workbook of an old kind; save its sheet as CSV"),
    (b"%PDF-", "a PDF; its table is needed as CSV"),
)


def no_text(data: bytes) -> str:
    """What a file is that is no text, and what to do about it; empty for any other."""
    return next((what for mark, what in _NO_TEXT if data.startswith(mark)), "")


def decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text, without a byte order mark and without NULs, and what had to be done to it, in words.

    What is no UTF-8 is taken for cp1252, as spreadsheets on Windows write it.
    """
    done = []
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8":
            text, lost = _western(data)
            done.append("is no UTF-8; it was read as cp1252 (Windows, Western European)")
            if lost:
                done.append(f"has {lost} bytes that cp1252 does not know; they were read as latin-1")
        else:
            text = data.decode(encoding, errors="replace")
            done.append(f"is not whole as {encoding}; what could not be read was replaced by '\ufffd'")
    if nulls := text.count("\0"):
        text = text.replace("\0", "")
        done.append(f"has {nulls} NUL characters; they were left out")
    return text, tuple(done)


def _western(data: bytes) -> tuple[str, int]:
    try:
        return data.decode("cp1252"), 0
    except UnicodeDecodeError:
        letters = [_letter(byte) for byte in range(256)]
        return "".join(letters[byte][0] for byte in data), sum(letters[byte][1] for byte in data)


def _letter(byte: int) -> tuple[str, bool]:
    try:
        return bytes([byte]).decode("cp1252"), False
    except UnicodeDecodeError:
        return chr(byte), True

"""What the shape of a text says: code, SQL, stack traces, diffs, formulas, tables, numbers.

Every pattern is guarded by a substring test that most prompts fail, and none backtracks further than a line.
"""

import re
from typing import NamedTuple


class Signal(NamedTuple):
    """Evidence from structure; `weight` is on the vocabulary's scale."""

    task: str
    weight: float
    label: str


_STACK_TRACE = re.compile(
    r"Traceback \(most recent|^\s+at [\w.$<>]+\(.{0,80}?\)\s*$|Exception in thread|^\s*File \".{1,200}\", line \d+"
    r"|\bpanicked at\b|\bgoroutine \d+ \[|Caused by: |\bFatal error: |error\[E\d{4}\]|\berror TS\d+",
    re.MULTILINE | re.ASCII,
)
_EXCEPTION = re.compile(r"\b[A-Z][A-Za-z]{2,40}(?:Error|Exception)\b|\bE[A-Z]{4,12}\b(?=[:\s])|\bSIG(?:SEGV|ABRT|KILL)\b", re.ASCII)
_SQL = re.compile(
    r"\bSELECT\b[^;]{1,300}?\bFROM\b\s+\w|\bINSERT\s+INTO\s+\w|\bCREATE\s+(?:TABLE|INDEX|VIEW|TRIGGER)\s+\w"
    r"|\bALTER\s+TABLE\s+\w|\bUPDATE\s+\w+\s+SET\s+\w+\s*=|\bDELETE\s+FROM\s+\w|\bLEFT\s+JOIN\s+\w+\s+ON\b",
    re.ASCII,
)
_SQL_LOWER = re.compile(r"\bselect\s+(?:\*|[\w.,\s()]{1,120}?)\s+from\s+\w+\s*(?:where|join|group|order|limit|;|left)\b")
_CODE = re.compile(
    r"^\s*(?:def \w+\(|class \w+\s*[(:{]|from \w[\w.]* import |import \w[\w.]*;?\s*$|#include\s*<|using \w+;|package \w+"
    r"|public (?:static |class |void )|private \w+ |fn \w+\(|func \w+\(|function \w*\s*\(|@\w+\s*$|return\b.*[;()\[]|SELECT\b)"
    r"|\b(?:const|let|var) \w+\s*=|=>\s*[{(\w]|\bconsole\.log\(|\bprintln!?\(|\bprintf?\(|\bstd::|</\w+>|<\?php"
    r"|[;{]\s*$|\bfor \w+ in range\(|\bif \(.{1,60}\)\s*\{|\+\+[;)]|&&\s|\|\|\s|!==?|:=|->\s*\w+\s*[:{]|\blambda \w+:"
    r"|\$ (?:npm|pip|git|docker|kubectl|cargo|curl) |\bself\.\w+|\bthis\.\w+\(|\bawait \w+\(|\bnew \w+\(|\[\s*\w+ for \w+ in ",
    re.MULTILINE | re.ASCII,
)
_IDENTIFIER = re.compile(
    r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b|\b\w{2,40}\(\)|\b[a-z]{2,20}[A-Z][a-z]\w*\b(?<!iPhone)(?<!iPad)"
    r"|\b[\w-]{1,40}\.(?:py|js|ts|tsx|jsx|java|cpp|hpp|cs|rb|go|rs|php|sql|sh|yaml|yml|toml|ipynb|kt|swift|vue|scss|css|html)\b"
    r"|\bhttps?://localhost|\b(?:git|npm|pip|docker|kubectl|cargo|yarn|apt|brew) "
    r"(?:commit|push|pull|rebase|install|run|build|apply|get|merge|checkout|add|clone|test|exec|logs|init|log|reset|stash)\b",
    re.ASCII,
)
_LANGUAGE_NAME = re.compile(r"(?<!\w)(?:C\+\+|C#|F#|\.NET|ASP\.NET|Node\.js|Next\.js|Vue\.js|Objective-C|T-SQL|PL/SQL|VB\.NET)", re.IGNORECASE)
_DIFF = re.compile(r"^@@ -\d+|^diff --git |^\+\+\+ [ab]/|^--- [ab]/", re.MULTILINE)
_LATEX = re.compile(
    r"\\(?:frac|int|sum|sqrt|lim|prod|partial|nabla|begin\{(?:equation|align|matrix|pmatrix|bmatrix|cases)|infty|alpha|beta|theta"
    r"|lambda|sigma|mathbb|mathbf|cdot|leq|geq|times|sin|cos|log|ln|vec|hat|binom|pmod|equiv|mu|pi)\b|\$[^$\n]{1,80}[\^_=\\+][^$\n]{0,80}\$"
)
_FORMULA = re.compile(
    r"\b[a-zA-Z]\s?\^\s?[\d(n]|\b\d*[xyz][²³]|[∫∑∏√∂∇≤≥≠≈]|\b[fgh]\(\s?[a-z]\s?\)\s?=|\b\d+(?:[.,]\d+)?\s?[xyz]\b\s?[-+=*/]"
    r"|\d\s?[-+*/×·÷^]\s?\(?\d+(?:[.,]\d+)?\)?\s?[-+*/×·÷^=]\s?\(?-?\d|\d\s?[*×÷^]\s?\d|=\s?\?|\bd[yx]/d[xt]|\blog_?\d|\bsin\(|\bcos\(|\bln\("
    r"|\b[xyz]\s?[-+*=]\s?\d|\bP\([A-Z∩∪|' ]+\)|\b[XxYy]\s?~\s?[NBP]|\d\s?[+/]\s?\d+\s?(?:=|\?|$)|\bmod \d",
    re.ASCII,
)
_TABLE = re.compile(r"^\s*\|.{1,400}\|\s*$\n^\s*\|[\s:|-]+\|\s*$|(?:^[^,;\n]{1,40}(?:[,;\t][^,;\n]{0,40}){2,}$\n?){3,}", re.MULTILINE)
_UNITS = re.compile(
    r"\d\s?(?:km/h|m/s|kWh|kW|MW|kg|km|cm|mm|mph|mol|°C|°F|kPa|Pa|Hz|kHz|MHz|GHz|eV|N|J|W|V|Ω|A|L|ml|mL|m²|m³|g/mol|%|€|\$|EUR|USD|GBP|CHF)"
    r"(?![A-Za-z])|[€$£¥]\s?\d"
)
_BACKTICKS = re.compile(r"`[^`\n]{1,120}`")
_REGEX = re.compile(r"\(\?[=!:<P]|\\[dws][+*{]?|\[\^?[aA0]-[zZ9]|\.\*\)?\$|\{\d+,\d*\}")
_DUNDER = re.compile(r"\b__\w+__\b|(?<![=<>!])==(?!=)|\b0x[0-9a-fA-F]+\b", re.ASCII)
_LATENCY = re.compile(r"\b\d{1,4}\s?(?:ms|msec|milliseconds?|Millisekunden?|millisecondes?|milisegundos?|millisecondi|毫秒|ミリ秒|밀리초)(?![a-z])", re.IGNORECASE)
_IBAN = re.compile(r"\b(?:AT|BE|DE|ES|FI|FR|IE|IT|LU|NL|PT)\d{2}(?:\s?[\dA-Z]{4}){3,7}")

_CODE_MARKS = ("{", ";", "(", "=", "<", "import ", "$ ", "@", "&&", "||", "self.", "return ")


def signals_of(text: str) -> list[Signal]:
    """What the structure of a text (already bounded) shows, each kind at most once."""
    found: list[Signal] = []
    if any(mark in text for mark in _CODE_MARKS):
        _code(text, found)
    _symbols(text, found)
    if "\n" in text and _TABLE.search(text):
        found.append(Signal("quantitative", 0.8, "table"))
    return found


def _code(text: str, found: list[Signal]) -> None:
    if "(" in text or '", line' in text or "error[" in text or ": " in text:
        if _STACK_TRACE.search(text):
            found.append(Signal("code_generation", 5.0, "stack trace"))
    lines = len(_CODE.findall(text))
    if lines:
        found.append(Signal("code_generation", min(1.2 + 0.9 * lines, 5.0), "program code"))


def _symbols(text: str, found: list[Signal]) -> None:
    if "```" in text or "~~~" in text:
        found.append(Signal("code_generation", 4.5, "code fence"))
    if ("FROM" in text or "INTO" in text or "TABLE" in text or "UPDATE" in text or "JOIN" in text or "CREATE" in text) and (
        _SQL.search(text)
    ):
        found.append(Signal("code_generation", 4.5, "SQL statement"))
    elif "select " in text and _SQL_LOWER.search(text):
        found.append(Signal("code_generation", 4.0, "SQL statement"))
    if ("rror" in text or "xception" in text or " SIG" in text) and _EXCEPTION.search(text):
        found.append(Signal("code_generation", 3.5, "exception name"))
    if ("@@ -" in text or "diff --git" in text or "\n+++ " in text) and _DIFF.search(text):
        found.append(Signal("code_generation", 4.5, "diff hunk"))
    if "`" in text and "```" not in text and _BACKTICKS.search(text):
        found.append(Signal("code_generation", 2.5, "code in backticks"))
    if ("\\" in text or "[" in text or "(?" in text or ".*" in text) and _REGEX.search(text):
        found.append(Signal("code_generation", 2.5, "a regular expression"))
    if ("__" in text or "==" in text or "0x" in text) and _DUNDER.search(text):
        found.append(Signal("code_generation", 2.0, "operators of a program"))
    identifiers = len(set(_IDENTIFIER.findall(text)))
    if identifiers:
        found.append(Signal("code_generation", min(1.0 + identifiers, 3.0), "identifiers or file names"))
    if ("+" in text or "#" in text or "." in text or "-" in text or "/" in text) and _LANGUAGE_NAME.search(text):
        found.append(Signal("code_generation", 3.0, "programming language"))
    if ("\\" in text or "$" in text) and _LATEX.search(text):
        found.append(Signal("quantitative", 4.0, "LaTeX formula"))
    if _FORMULA.search(text):
        found.append(Signal("quantitative", 2.5, "formula"))
    if any(map(text.__contains__, "0123456789")):
        _numbers(text, found)


def _numbers(text: str, found: list[Signal]) -> None:
    units = len(_UNITS.findall(text))
    if units:
        found.append(Signal("quantitative", min(0.5 + 0.4 * units, 1.7), "quantities with units"))
    if _LATENCY.search(text):
        found.append(Signal("low_latency", 4.0, "a limit in milliseconds"))
    if _IBAN.search(text):
        found.append(Signal("eu_regulated", 2.5, "an account number of an EU country"))

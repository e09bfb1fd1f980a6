"""What the shape of a text says: code, SQL, stack traces, diffs, formulas, tables, numbers.

A pattern runs only when a mark that it needs is in the text, and its repetitions are bounded. Patterns are
compiled at their first use: compiling all of them takes longer than importing this package.
"""

import re
import string
from functools import cache
from typing import NamedTuple


class Signal(NamedTuple):
    """Evidence from structure; `weight` is on the vocabulary's scale."""

    task: str
    weight: float
    label: str


_CODE = "code_generation"
_MATHS = "quantitative"
_LINES = 40  # lines whose beginning is looked at
_HEAD, _TAIL = 1_200, 600  # characters looked at: what a text is made of shows early or at its end
_ENOUGH = 5.0  # evidence of code from which nobody looks for formulas

_PLAIN = frozenset(string.ascii_letters + " .,!?'\"-\n")
_STACK_TRACE = (
    r"(?ma)Traceback \(most recent|^\s+at [\w.$<>]+\(.{0,80}?\)\s*$|Exception in thread"
    r"|^\s*File \".{1,200}\", line \d+"
    r"|\bpanicked at\b|\bgoroutine \d+ \[|Caused by: |\bFatal error: |error\[E\d{4}\]|\berror TS\d+"
)
_EXCEPTION = (
    r"(?a)[A-Z][A-Za-z]{1,40}(?:Error|Exception)\b|\bE[A-Z]{4,12}\b(?=[:\s])|\bSIG(?:SEGV|ABRT|KILL)\b"
)
_SQL = (
    r"(?a)\bSELECT\b[^;]{1,300}?\bFROM\b\s+\w|\bINSERT\s+INTO\s+\w|\bCREATE\s+(?:TABLE|INDEX|VIEW"
    r"|TRIGGER)\s+\w"
    r"|\bALTER\s+TABLE\s+\w|\bUPDATE\s+\w+\s+SET\s+\w+\s*=|\bDELETE\s+FROM\s+\w|\bLEFT\s+JOIN\s+\w+\s+ON\b"
)
_SQL_LOWER = r"\bselect\s+(?:\*|[\w.,\s()]{1,120}?)\s+from\s+\w+\s*(?:where|join|group|order|limit|;|left)\b"
_STATEMENT = (
    r"(?a)\s*(?:def \w+\(|class \w+\s*[(:{]|from \w[\w.]* import |import \w[\w.]*;?\s*$|#include\s*<"
    r"|using \w+;"
    r"|package \w+;?\s*$|public (?:static |class |void )|private \w+ |fn \w+\(|func \w+\(|function \w*\s*\("
    r"|@\w+\s*$"
    r"|return\b.*[;()\[]|SELECT\b|(?:const|let|var) \w+\s*=|.*[;{]\s*$|\}|</?\w+[ >]|\$ \w"
    r"|for \w+ in \w+.*:\s*$|if .*:\s*$)"
)
_INLINE = (
    r"(?a)\b(?:const|let|var) \w+\s*=|=>\s*[{(\w]|\bprintf?\(|</\w+>|\bfor \w+ in range\(|\b(?:if|for"
    r"|while)\s?\(.{1,60}\)"
    r"|\+\+[;)]|[^<>=!]==[^=]|!==?\s?\w|->\s*\w+\s*[:{]|\blambda \w+:|\bawait \w+\(|\bnew \w+\("
    r"|\[\s*\w+ for \w+ in "
    r"|\b0x[0-9a-fA-F]+\b|\bdef \w+\(|\bint \w+\s*="
)
_LITERALS = (
    "console.log(", "println", "std::", "<?php", "self.", "this.", " && ", " || ", ":=", "$ npm", "$ pip",
    "$ git",
    "();",
    "});", "#include", "public static", "import java", "__",
)  # fmt: skip
_MESSAGES = (
    "is not a function", "undefined reference", "cannot find symbol", "egmentation fault",
    "ermission denied",
    "nexpected token",
    "o such file", "is not defined", "ommand not found", "unbound variable", "' before '",
    "connection refused",
    "exit code",
    "not subscriptable", "index out of range", "nvalid syntax", "ndefined variable", "odule not found",
    "o module named",
)  # fmt: skip
_NAME = r"(?a)\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b|\b\w{2,40}\(\)"
_HUMP = r"[a-z][A-Z]"
_CAMEL = (
    r"(?a)\b[a-z]{2,20}[A-Z][a-z]\w*(?<!iPhone)(?<!iPad)|\b[A-Z][a-z]+[A-Z][a-z]+\w*\("
    r"|\b[A-Z][a-z]{2,}(?:[A-Z][a-z]{2,}){2,}\b"
)
_FILE = (
    r"(?a)\.(?:py|js|ts|tsx|jsx|java|cpp|hpp|cs|rb|go|rs|php|sql|sh|yaml|yml|toml|ipynb|kt|swift|vue|scss|css"
    r"|html|dll"
    r"|so|exe|jar|env|ini|conf|lock)\b(?!\w)"
)
_SHELL = (
    r"(?a)\b(?:git|npm|pip|docker|kubectl|cargo|yarn|apt|brew|uv|make|systemctl) "
    r"(?:commit|push|pull|rebase|install|run|build|apply|get|merge|checkout|add|clone|test|exec|logs|init|log"
    r"|reset|stash)\b"
)
_LANGUAGE_NAME = (
    r"(?i)(?<![A-Za-z])(?:C\+\+|C#|F#|\.NET|ASP\.NET|Node\.js|Next\.js|Vue\.js|Express\.js|Objective-C|T-SQL"
    r"|PL/SQL)"
)
_DIFF = r"(?m)^@@ -\d+|^diff --git |^\+\+\+ [ab]/|^--- [ab]/"
_BACKTICKS = r"`[^`\n]{1,120}`"
_REGEX = r"\(\?[=!:<P]|\\[dws][+*{]?|\[\^?[aA0]-[zZ9]|\.\*\)?\$|\{\d+,\d*\}"
_LATEX = (
    r"\\(?:frac|int|sum|sqrt|lim|prod|partial|nabla|begin\{(?:equation|align|matrix|pmatrix|bmatrix|cases)"
    r"|infty|alpha"
    r"|beta|theta|lambda|sigma|mathbb|mathbf|cdot|leq|geq|times|sin|cos|log|ln|vec|hat|binom|pmod|equiv|mu"
    r"|pi)(?![A-Za-z])"
    r"|\$[^$\n]{1,80}[\^_=\\+][^$\n]{0,80}\$"
)
_FORMULA = (
    r"(?a)\b[a-zA-Z]\s?\^\s?[\d(n]|\b\d*[xyz][²³]|[∫∑∏√∂∇≤≥≠≈]|\b[fgh]\(\s?[a-z]\s?\)\s?="
    r"|\b\d+(?:[.,]\d+)?\s?[xyz]\b\s?[-+=*/]"
    r"|\d\s?[-+*/×·÷^]\s?\(?\d+(?:[.,]\d+)?\)?\s?[-+*/×·÷^=]\s?\(?-?\d|\d\s?[*×÷^]\s?\d|=\s?\?|\bd[yx]/d[xt]"
    r"|\b(?:log_?\d?|sin|cos|tan|ln|exp|sqrt)\(|\b[xyz]\s?[-+*=]\s?\d|\bP\([A-Z∩∪|' ]+\)|\b[XxYy]\s?~\s?[NBP]"
    r"|\d\s?[+/]\s?\d+\s?(?:=|\?|$)|[\d)][²³]|\([a-z]\s?[-+]\s?\d+\)"
)
_TABLE = (
    r"(?m)^[ \t]*\|[^\n]{1,400}\|[ \t]*\n[ \t]*\|[ \t:|-]+\|[ \t]*$"
    r"|(?:^[^,;\t\n]{1,40}(?:[,;\t][^,;\t\n]{0,40}){2,12}$\n){2}"
)
_UNITS = (
    r"\d\s?(?:km/h|m/s|kWh|kW|MW|kg|km|cm|mm|mph|mol|°C|°F|kPa|Pa|Hz|kHz|MHz|GHz|eV|N|J|W|V|Ω|A|L|ml|mL|m²|m³"
    r"|g/mol|%"
    r"|€|\$|EUR|USD|GBP|CHF)(?![A-Za-z])|[€$£¥]\s?\d"
)
_LATENCY = (
    r"(?i)(?<!\d)\d{1,4}\s?(?:ms|msec|milliseconds?|Millisekunden?|millisecondes?|milisegundos?|millisecondi"
    r"|毫秒|ミリ秒|밀리초)"
    r"(?![a-z])"
)
_IBAN = r"\b(?:AT|BE|DE|ES|FI|FR|IE|IT|LU|NL|PT)\d{2}(?:\s?[\dA-Z]{4}){3,7}"

_compiled = cache(re.compile)


def signals_of(text: str) -> list[Signal]:
    """What the first 1,200 and last 600 characters of a text show, each kind at most once."""
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    found: list[Signal] = []
    marks = set(text).difference(_PLAIN)
    _names(text, marks, found)
    if marks:
        if not marks.isdisjoint("{;(=<>@&|:_`[$#\\"):
            _code(text, marks, found)
        _maths(text, marks, found, code=sum([signal.weight for signal in found]))
    if (
        "SELECT" in text
        or "FROM" in text
        or "TABLE" in text
        or "INTO" in text
        or "UPDATE" in text
        or "JOIN" in text
    ):
        if _compiled(_SQL).search(text):
            found.append(Signal(_CODE, 4.5, "SQL statement"))
    elif "select " in text and _compiled(_SQL_LOWER).search(text):
        found.append(Signal(_CODE, 4.0, "SQL statement"))
    return found


def _code(text: str, marks: set[str], found: list[Signal]) -> None:
    if "`" in marks:
        if "```" in text:
            found.append(Signal(_CODE, 4.5, "code fence"))
        elif _compiled(_BACKTICKS).search(text):
            found.append(Signal(_CODE, 2.5, "code in backticks"))
    if ("(" in marks or ":" in marks or "[" in marks) and _compiled(_STACK_TRACE).search(text):
        found.append(Signal(_CODE, 5.0, "stack trace"))
    if ("@" in marks or "+" in marks or "diff --git" in text) and _compiled(_DIFF).search(text):
        found.append(Signal(_CODE, 4.5, "diff hunk"))
    count = sum(literal in text for literal in _LITERALS)
    if not marks.isdisjoint("(=[<>"):
        count += len(_compiled(_INLINE).findall(text))
    statement = _compiled(_STATEMENT).match
    count += sum(statement(line) is not None for line in text.split("\n", _LINES)[:_LINES])
    if count:
        found.append(Signal(_CODE, min(1.2 + 0.9 * count, 5.0), "program code"))
    if ("\\" in marks or "[" in marks or "(" in marks) and _compiled(_REGEX).search(text):
        found.append(Signal(_CODE, 2.5, "a regular expression"))


def _names(text: str, marks: set[str], found: list[Signal]) -> None:
    """Names that occur in programs: exceptions, identifiers, files, commands, languages."""
    if ("rror" in text or "xception" in text or " SIG" in text) and _compiled(_EXCEPTION).search(text):
        found.append(Signal(_CODE, 3.5, "exception name"))
    if any(map(text.__contains__, _MESSAGES)):
        found.append(Signal(_CODE, 3.0, "error message"))
    count = 0
    if "_" in text or "()" in text:
        count = len(set(_compiled(_NAME).findall(text)))
    if _compiled(_HUMP).search(text):
        count += len(set(_compiled(_CAMEL).findall(text)))
    if "." in text:
        count += len(_compiled(_FILE).findall(text))
    if (
        "git " in text
        or "npm " in text
        or "pip " in text
        or "docker " in text
        or "kubectl " in text
        or "cargo " in text
    ):
        count += len(_compiled(_SHELL).findall(text))
    if count:
        found.append(Signal(_CODE, min(1.0 + count, 3.0), "identifiers or file names"))
    if (
        "++" in text
        or "#" in marks
        or "L/S" in text
        or ".N" in text
        or ".n" in text
        or ".js" in text
        or "-SQL" in text
    ) and _compiled(_LANGUAGE_NAME).search(text):
        found.append(Signal(_CODE, 3.0, "programming language"))


def _maths(text: str, marks: set[str], found: list[Signal], *, code: float) -> None:
    if ("\\" in marks or "$" in marks) and _compiled(_LATEX).search(text):
        found.append(Signal(_MATHS, 4.0, "LaTeX formula"))
    if code < _ENOUGH and not marks.isdisjoint("^=+*/×÷·~²³∫∑∏√∂∇≤≥≠≈(") and _compiled(_FORMULA).search(text):
        found.append(Signal(_MATHS, 2.5, "formula"))
    if not marks.isdisjoint("0123456789"):
        units = len(_compiled(_UNITS).findall(text))
        if units:
            found.append(Signal(_MATHS, min(0.5 + 0.4 * units, 1.7), "quantities with units"))
        if _compiled(_LATENCY).search(text):
            found.append(Signal("low_latency", 4.0, "a limit in milliseconds"))
        if _compiled(_IBAN).search(text):
            found.append(Signal("eu_regulated", 2.5, "an account number of an EU country"))
    if "\n" in text and _compiled(_TABLE).search(text):
        found.append(Signal(_MATHS, 0.8, "table"))

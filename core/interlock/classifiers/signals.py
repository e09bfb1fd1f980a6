"""What the shape of a text says: code, SQL, stack traces, diffs, formulas, tables, numbers.

A pattern runs only when a mark that it needs is in the text, and its repetitions are bounded. Patterns are
compiled at their first use: compiling all of them takes longer than importing this package.
"""

import re
import string
from functools import cache
from itertools import islice

from interlock.classifiers.scores import Evidence

_CODE = "code_generation"
_MATHS = "quantitative"
_LINES = 40  # lines whose beginning is looked at
_HEAD, _TAIL = 1_200, 600  # characters looked at: what a text is made of shows early or at its end
_ENOUGH = 5.0  # evidence of code from which nobody looks for formulas
_MANY = 5  # pieces of evidence of one kind after which none is counted

_PLAIN = (string.ascii_letters + " .,!?'\"-\n").encode()  # characters that no pattern needs
_NO_CAPITALS = bytes(set(range(128)) - set(string.ascii_uppercase.encode()))
_CASES = bytes.maketrans(
    (string.ascii_lowercase + string.ascii_uppercase).encode(),
    b"a" * len(string.ascii_lowercase) + b"A" * len(string.ascii_uppercase),
)
_OPERATORS = frozenset("∫∑∏√∂∇≤≥≠≈")
_FOREIGN_MARKS = "×÷·²³∫∑∏√∂∇≤≥≠≈"  # what matters outside ASCII
_FORMULA_MARKS = frozenset("^=+*/~(" + _FOREIGN_MARKS)
# Where a pattern begins with "\n", the text is given one more at its start: looking for a line break is much
# faster than trying every place for the beginning of a line. For the same reason a word's boundary is asked
# for behind its first letter, "c(?<!\wc)onst", which leaves a pattern that begins with a letter.
_TRACES = ("Traceback (most recent", "Exception in thread", "Caused by: ")
_FRAME = r"(?ma)\n(?:[^\S\n]+|[^\S\n]*\n)at [\w.$<>]+\(.{0,80}?\)[^\S\n]*$"
_FRAME_FILE = r"(?a)\n[^\S\n]*File \".{1,200}\", line \d"
_PANIC = r"(?a)\bpanicked at\b|\bgoroutine \d+ \[|\bFatal error: |error\[E\d{4}\]|\berror TS\d"
_EXCEPTION = (
    r"(?a)[A-Z][A-Za-z]{1,40}(?:Error|Exception)\b|\bE[A-Z]{4,12}\b(?=[:\s])|\bSIG(?:SEGV|ABRT|KILL)\b"
)
_SELECT = r"(?a)\bSELECT\b[^;]"
_FROM = r"(?a)FROM(?<!\wFROM)\s+\w"
_SELECTED = 306  # characters from SELECT to FROM, at most
_SQL = (
    r"(?a)INSERT(?<!\wINSERT)\s+INTO\s+\w|CREATE(?<!\wCREATE)\s+(?:TABLE|INDEX|VIEW|TRIGGER)\s+\w"
    r"|ALTER(?<!\wALTER)\s+TABLE\s+\w|UPDATE(?<!\wUPDATE)\s+\w+\s+SET\s+\w+\s*="
    r"|DELETE(?<!\wDELETE)\s+FROM\s+\w|LEFT(?<!\wLEFT)\s+JOIN\s+\w+\s+ON\b"
)
_SQL_LOWER = r"\bselect (?:\*|[\w., ()]{1,120}?) from \w+ ?(?:where|join|group|order|limit|;|left)\b"
_STATEMENT = (
    r"(?a)def \w+\(|class \w+\s*[(:{]|from \w[\w.]* import |import \w[\w.]*;?\s*$|#include\s*<"
    r"|using \w+;"
    r"|package \w+;?\s*$|public (?:static |class |void )|private \w+ |fn \w+\(|func \w+\(|function \w*\s*\("
    r"|@\w+\s*$"
    r"|return\b.*[;()\[]|SELECT\b|(?:const|let|var) \w+\s*=|.*[;{]\s*$|\}|</?\w+[ >]|\$ \w"
    r"|for \w+ in \w+.*:\s*$|if .*:\s*$"
)
_INLINE = (
    r"(?a)c(?<!\wc)onst \w+\s*=|l(?<!\wl)(?:et \w+\s*=|ambda \w+:)|v(?<!\wv)ar \w+\s*=|p(?<!\wp)rintf?\("
    r"|f(?<!\wf)or(?: \w+ in range\(|\s?\(.{1,60}\))|i(?<!\wi)(?:f\s?\(.{1,60}\)|nt \w+\s*=)"
    r"|w(?<!\ww)hile\s?\(.{1,60}\)|a(?<!\wa)wait \w+\(|n(?<!\wn)ew \w+\(|d(?<!\wd)ef \w+\("
    r"|0(?<!\w0)x[0-9a-fA-F]+\b|=>\s*[{(\w]|!==?\s?\w|</\w+>|\+\+[;)]|->\s*\w+\s*[:{]"
    r"|\[\s*\w+ for \w+ in "
)
_INLINE_EQUAL = rf"{_INLINE}|[^<>=!]==[^=]"  # begins with any character, hence only for texts that have it
# Pieces of programs by a mark that each needs, "" for none, so that few are looked for.
_LITERALS = {
    "": ("println", "self.", "this.", "public static", "import java"),
    "(": ("console.log(",),
    ":": ("std::", ":="),
    "<": ("<?php",),
    "&": (" && ",),
    "|": (" || ",),
    "$": ("$ npm", "$ pip", "$ git"),
    ";": ("();",),
    "}": ("});",),
    "#": ("#include",),
    "_": ("__",),
}
_PANICS = ("panicked at", "goroutine ", "Fatal error: ", "error[E", "error TS")
_SQL_WORDS = ("SELECT", "FROM", "TABLE", "INTO", "UPDATE", "JOIN")
_SHORTEST_SQL = min(map(len, _SQL_WORDS))
_COMMANDS = ("git ", "npm ", "pip ", "docker ", "kubectl ", "cargo ")
# Error messages by what is looked for first, because several have it in them.
_MESSAGES = {
    "not ": (
        "is not a function", "cannot find symbol", "is not defined", "ommand not found", "not iterable",
        "annot read prop", "annot import", "does not live", "not assignable", "not subscriptable",
        "odule not found",
    ),
    "able": ("unbound variable", "nable to resolve", "ndefined variable"),
    " ref": ("undefined reference", "connection refused"),
}  # fmt: skip
_OTHER_MESSAGES: tuple[str, ...] = (
    "egmentation fault", "ermission denied", "nexpected token", "o such file", "' before '", "exit code",
    "is possibly", "index out of range", "nvalid syntax", "o module named",
)  # fmt: skip
_ERROR_CODES = ("ECONN", "ENOENT", "ERESOLVE")
_SHORTEST_CODE = min(map(len, _ERROR_CODES))
_SNAKE = r"(?a)\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b"
_NAME = r"(?a)\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b|\b\w{2,40}\(\)"
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
_LANGUAGES = (
    "c++",
    "c#",
    "f#",
    ".net",
    "node.js",
    "next.js",
    "vue.js",
    "express.js",
    "objective-c",
    "-sql",
    "l/sql",
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
# Formulas by what they need: a call's parenthesis, digits, signs; each begins with something rare.
_FORMULA_CALL = (
    r"(?a)\((?:[a-z]\s?[-+]\s?\d+\)|(?<=\b[fgh]\()\s?[a-z]\s?\)\s?=|(?<=\bP\()[A-Z∩∪|' ]+\)"
    r"|(?<=\b(?:sin|cos|tan|exp|log)\()|(?<=\bln\()|(?<=\b(?:sqrt|log_|log\d)\()|(?<=\blog_\d\())"
)
_FORMULA_NUMBER = (
    r"(?a)\d(?:(?<!\w\d)\d*(?:[.,]\d+)?\s?[xyz]\b\s?[-+=*/]"
    r"|\s?[-+*/×·÷^]\s?\(?\d+(?:[.,]\d+)?\)?\s?[-+*/×·÷^=]\s?\(?-?\d|\s?[*×÷^]\s?\d"
    r"|\s?[+/]\s?\d+\s?(?:=|\?|$))"
)
_FORMULA_VARIABLE = r"(?a)[xyz](?<!\w[xyz])\s?[-+*=]\s?\d"
_FORMULA_SIGN = (
    r"(?a)=\s?\?|/d(?<=\bd[yx]/d)[xt]|\^(?:(?<=\b[a-zA-Z]\^)|(?<=\b[a-zA-Z]\s\^))\s?[\d(n]"
    r"|~(?:(?<=\b[XxYy]~)|(?<=\b[XxYy]\s~))\s?[NBP]"
)
_FORMULA_POWER = r"(?a)[²³](?:(?<=[\d)][²³])|(?<=\b[xyz][²³]))|\b\d+[xyz][²³]"
_TABLE_PIPES = r"(?m)\n[ \t]*\|[^\n]{1,400}\|[ \t]*\n[ \t]*\|[ \t:|-]+\|[ \t]*$"
_TABLE_COLUMNS = r"\n(?:[^,;\t\n]{1,40}+(?:[,;\t][^,;\t\n]{0,40}+){2,12}+\n){2}"
_UNITS = (
    r"[\d€$£¥](?:(?<=\d)\s?(?:km/h|m/s|kWh|kW|MW|kg|km|cm|mm|mph|mol|°C|°F|kPa|Pa|Hz|kHz|MHz|GHz|eV|N|J|W|V|Ω|A|L|ml"
    r"|mL|m²|m³|g/mol|%|€|\$|EUR|USD|GBP|CHF)(?![A-Za-z])|(?<=[€$£¥])\s?\d)"
)
_LATENCY = (
    r"(?i)\d(?<!\d\d)\d{0,3}\s?(?:ms|msec|milliseconds?|Millisekunden?|millisecondes?|milisegundos?|millisecondi"
    r"|毫秒|ミリ秒|밀리초)"
    r"(?![a-z])"
)
_IBAN = r"[A-Z](?<!\w[A-Z])[A-Z](?<=AT|BE|DE|ES|FI|FR|IE|IT|LU|NL|PT)\d{2}(?:\s?[\dA-Z]{4}){3,7}"

_compiled = cache(re.compile)


def signals_of(text: str) -> list[Evidence]:
    """What the first 1,200 and last 600 characters of a text show, each kind at most once."""
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    found: list[Evidence] = []
    # Deleting bytes is ten times as fast as looking at characters one by one.
    written = text.encode("ascii", "replace")  # a question mark for each character outside ASCII
    marks = set(written.translate(None, _PLAIN).decode("ascii"))
    capitals = written.translate(None, _NO_CAPITALS).decode("ascii")
    foreign = not text.isascii()
    if foreign:
        marks.update(filter(text.__contains__, _FOREIGN_MARKS))
    _mishaps(text, capitals, found)
    _names(text, marks, capitals, found, humped=b"aA" in written.translate(_CASES))
    if marks and not marks.isdisjoint("{;(=<>@&|:_`[$#\\"):
        _code(text, marks, found)
    if marks or foreign:
        _maths(text, marks, found, code=sum([weight for _, weight, _ in found]))
    # Words in capitals stand in the capitals too, which are few.
    if (
        len(capitals) >= _SHORTEST_SQL
        and any(map(capitals.__contains__, _SQL_WORDS))
        and any(map(text.__contains__, _SQL_WORDS))
    ):
        if _compiled(_SQL).search(text) or ("SELECT" in text and _is_query(text)):
            found.append((_CODE, 4.5, "SQL statement"))
    elif (
        "select " in text
        and " from " in (flat := " ".join(text.split()))
        and _compiled(_SQL_LOWER).search(flat)
    ):
        found.append((_CODE, 4.0, "SQL statement"))
    return found


def _is_query(text: str) -> bool:
    """SELECT and FROM with at most 300 characters between them and no semicolon."""
    for source in _compiled(_FROM).finditer(text):
        at = source.start()
        start = max(at - _SELECTED, text.rfind(";", 0, at) + 1)
        if _compiled(_SELECT).search(text, start, at):
            return True
    return False


def _code(text: str, marks: set[str], found: list[Evidence]) -> None:
    if "`" in marks:
        if "```" in text:
            found.append((_CODE, 4.5, "code fence"))
        elif _compiled(_BACKTICKS).search(text):
            found.append((_CODE, 2.5, "code in backticks"))
    if ("(" in marks or ":" in marks or "[" in marks) and _is_trace(text):
        found.append((_CODE, 5.0, "stack trace"))
    if ("@" in marks or "+" in marks or "diff --git" in text) and _compiled(_DIFF).search(text):
        found.append((_CODE, 4.5, "diff hunk"))
    if count := _statements(text, marks):
        found.append((_CODE, min(1.2 + 0.9 * count, 5.0), "program code"))
    called = "(" in marks and ("(?" in text or "$" in marks or "{" in marks)
    if (called or "\\" in marks or "[" in marks) and _compiled(_REGEX).search(text):
        found.append((_CODE, 2.5, "a regular expression"))


def _is_trace(text: str) -> bool:
    if any(map(text.__contains__, _TRACES)):
        return True
    if "at " in text and _compiled(_FRAME).search(f"\n{text}"):
        return True
    if 'File "' in text and _compiled(_FRAME_FILE).search(f"\n{text}"):
        return True
    return any(map(text.__contains__, _PANICS)) and _compiled(_PANIC).search(text) is not None


def _statements(text: str, marks: set[str]) -> int:
    """Pieces of a program; more than `_MANY` are not counted, because they say no more."""
    count = sum(map(text.__contains__, _LITERALS[""]))
    for mark in marks.intersection(_LITERALS):
        count += sum(map(text.__contains__, _LITERALS[mark]))
    if count < _MANY and not marks.isdisjoint("(=[<>"):
        inline = _compiled(_INLINE_EQUAL if "==" in text else _INLINE)
        count += len(list(islice(inline.finditer(text), _MANY)))
    if count < _MANY:
        statement = _compiled(_STATEMENT).match
        for line in text.split("\n", _LINES)[:_LINES]:
            if line and statement(line.lstrip(" \t\r\f\v")):
                count += 1
                if count >= _MANY:
                    break
    return count


def _mishaps(text: str, capitals: str, found: list[Evidence]) -> None:
    """Exceptions and error messages."""
    contains = text.__contains__
    if ("rror" in text or "xception" in text or " SIG" in text) and _compiled(_EXCEPTION).search(text):
        found.append((_CODE, 3.5, "exception name"))
    messages = _OTHER_MESSAGES
    for part, likely in _MESSAGES.items():
        if part in text:
            messages += likely
    if any(map(contains, messages)) or (
        len(capitals) >= _SHORTEST_CODE
        and any(map(capitals.__contains__, _ERROR_CODES))
        and any(map(contains, _ERROR_CODES))
    ):
        found.append((_CODE, 3.0, "error message"))


def _names(text: str, marks: set[str], capitals: str, found: list[Evidence], *, humped: bool) -> None:
    """Names that occur in programs: identifiers, files, commands, languages.

    `humped` says that a capital follows a small letter somewhere.
    """
    count = 0
    if "()" in text:
        count = len(set(_compiled(_NAME).findall(text)))
    elif "_" in marks:
        joined = " ".join([piece for piece in text.split() if "_" in piece])
        count = len(set(_compiled(_SNAKE).findall(joined)))
    if humped:
        count += len(set(_compiled(_CAMEL).findall(text)))
    dotted = "." in text
    if dotted:
        count += len(_compiled(_FILE).findall(text))
    if any(map(text.__contains__, _COMMANDS)):
        count += len(_compiled(_SHELL).findall(text))
    if count:
        found.append((_CODE, min(1.0 + count, 3.0), "identifiers or file names"))
    if (
        "#" in marks
        or ("+" in marks and "++" in text)
        or (dotted and (".n" in text or ".N" in text or ".js" in text))
        or ("/" in marks and "L/S" in text)
        or ("SQL" in capitals and "-SQL" in text)
    ):
        lowered = text.lower()
        if any(map(lowered.__contains__, _LANGUAGES)) and _compiled(_LANGUAGE_NAME).search(text):
            found.append((_CODE, 3.0, "programming language"))


def _maths(text: str, marks: set[str], found: list[Evidence], *, code: float) -> None:
    if ("\\" in marks or "$" in marks) and _compiled(_LATEX).search(text):
        found.append((_MATHS, 4.0, "LaTeX formula"))
    digits = not marks.isdisjoint("0123456789")
    if code < _ENOUGH and _is_formula(text, marks, digits=digits):
        found.append((_MATHS, 2.5, "formula"))
    if digits:
        units = len(list(islice(_compiled(_UNITS).finditer(text), _MANY)))
        if units:
            found.append((_MATHS, min(0.5 + 0.4 * units, 1.7), "quantities with units"))
        if _compiled(_LATENCY).search(text):
            found.append(("low_latency", 4.0, "a limit in milliseconds"))
        if _compiled(_IBAN).search(text):
            found.append(("eu_regulated", 2.5, "an account number of an EU country"))
    if "\n" in text and _is_table(text, marks):
        found.append((_MATHS, 0.8, "table"))


def _is_formula(text: str, marks: set[str], *, digits: bool) -> bool:
    if marks.isdisjoint(_FORMULA_MARKS):
        return False
    if not marks.isdisjoint(_OPERATORS):
        return True
    if "(" in marks and _compiled(_FORMULA_CALL).search(text):
        return True
    if digits and (_compiled(_FORMULA_NUMBER).search(text) or _compiled(_FORMULA_VARIABLE).search(text)):
        return True
    if not marks.isdisjoint("²³") and _compiled(_FORMULA_POWER).search(text):
        return True
    return not marks.isdisjoint("^=/~") and _compiled(_FORMULA_SIGN).search(text) is not None


def _is_table(text: str, marks: set[str]) -> bool:
    if "|" in marks and _compiled(_TABLE_PIPES).search(f"\n{text}"):
        return True
    # Two rows of three cells have two separators each.
    separators = text.count(",") + text.count(";") + text.count("\t")
    return separators >= 4 and _compiled(_TABLE_COLUMNS).search(f"\n{text}") is not None

"""Texts that break out of what they are put in, where they are not made safe; each just once."""

from __future__ import annotations

from collections.abc import Callable

# Whoever runs one of these sets a variable of the page, which the tests then find.
MARKUP = (
    '<img src=x onerror="window.__pwn=1">',
    "</script><script>window.__pwn=2</script>",
    "'\"><svg onload=window.__pwn=6>",
    "<svg/onload=window.__pwn=8//",
    "<iframe srcdoc='<script>parent.__pwn=9</script>'>",
    "<style>*{display:none}</style>",
    "</title></head><body onload=window.__pwn=10>",
    "</textarea><details open ontoggle=window.__pwn=11>",
    "<a href=javascript:window.__pwn=12>x</a>",
    "]]><!--",
    "<!--slot:data-->",
    "--><script>window.__pwn=13</script>",
    "&lt;script&gt;window.__pwn=14&lt;/script&gt;",
    "&#60;img src=x onerror=window.__pwn=15&#62;",
    "<base href='https://x.invalid/'>",
    '<meta http-equiv="refresh" content="0;url=https://x.invalid/">',
)
SCRIPTS = (
    "${window.__pwn=3}",
    "`${window.__pwn=4}`",
    "\\u0022;window.__pwn=5;//",
    "\\",
    "javascript:window.__pwn=7",
    "';window.__pwn=16;'",
    '"};window.__pwn=17;({"',
    "__proto__",
    "constructor",
    "line\u2028break\u2029end",
)
TEMPLATES = (
    "{{ cycler.__init__.__globals__.os.mkdir('pwned') }}",
    "{% raw",
    "{#",
    "{0.__class__}%s%(x)s",
    "$(touch pwned)",
)
CELLS = (
    '=HYPERLINK("http://x.invalid")',
    "=cmd|'/c calc'!A1",
    "@SUM(A1)",
    "'; DROP TABLE assets; --",
)
LETTERS = (
    "\u202eabc\u2066def\u200b",
    "../../../etc/passwd",
    "🌳" * 60,
    "Z\u0335\u0321a\u0337l\u0334g\u0336o" * 5,
    "x" * 5000,
)
LONG = 1000
ALL = (*MARKUP, *SCRIPTS, *TEMPLATES, *CELLS, *LETTERS)
FORMULAS = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\uff1d1+1")
# Stands in every text that was made hostile, so that tests find these again.
MARK = "Qz"


def poison() -> Callable[[str], str]:
    """Return a function that gives each text another payload, some at its beginning."""
    count = 0
    short = [text for text in ALL if len(text) < LONG]

    def text(value: str) -> str:
        nonlocal count
        count += 1
        if count % 3 == 0:
            return f"{FORMULAS[count // 3 % len(FORMULAS)]} {MARK} {value}"
        return f"{MARK} {value} {short[count % len(short)]}"

    return text

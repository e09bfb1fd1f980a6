"""A reranker that does what it is told, and routes that name it."""

from hashlib import sha256

from interlock import hookimpl
from interlock.protocols import Reranked

CONTENT = b"what was learned"
ROUTES = """format: interlock-routes/1
routes:
  quantitative: [a, b, c]
  conversational: [a, b]
evidence:
  quantitative: {{id: 3fa9c1, measured: 2026-11-30, n: 120}}
refined: {{by: told, file: routes.words.npz, digest: "{digest}"}}
"""


class Told:
    """Gives every row the order that `says` makes of its names; remembers what it was asked."""

    api = 1
    name = "told"

    def __init__(self, says=lambda names: names[::-1], *, wrong=""):
        self.says, self.wrong, self.opened, self.asked = says, wrong, [], []

    @hookimpl
    def interlock_rerankers(self):
        return [self]

    def open(self, call):
        self.opened.append((call.content, call.file))
        if self.wrong:
            raise ValueError(self.wrong)
        return self

    def rerank(self, call):
        self.asked.append(call)
        order = self.says(call.names)
        return None if order is None else Reranked(order=tuple(order), reason="refined: because of its words")


def digest_of(content):
    return f"sha256:{sha256(content).hexdigest()}"


def refined_routes(folder, *, content=CONTENT, digest=None, text=ROUTES, name="routes.yaml"):
    """A file of learned routes that a reranker refines, and its file beside it; None writes none."""
    path = folder / name
    path.write_text(text.format(digest=digest or digest_of(content or b"")), "utf-8")
    if content is not None:
        (folder / "routes.words.npz").write_bytes(content)
    return path

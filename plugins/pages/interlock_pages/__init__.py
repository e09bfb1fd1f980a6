"""Pages that a plugin serves to people: HTML that the server makes, for browsers with and without scripts.

A plugin has `templates` and a `page.css` in a package of its own, renders them by `Rendering` within the
frame and the looks that all pages share, and puts its Starlette application behind a `Guard`. It shows
nothing on a GET that changes anything, takes forms by `form_of`, keeps who is looking in a `Cookie`, and has
a `Gate` before what others are not to see.
"""

from interlock_pages.cookies import Cookie
from interlock_pages.forms import form_of
from interlock_pages.gating import Endpoint, Gate, Signed
from interlock_pages.guarding import Guard
from interlock_pages.rendering import Rendering
from interlock_pages.serving import bound, configured, origins_of, own_path, serve

__all__ = [
    "Cookie",
    "Endpoint",
    "Gate",
    "Guard",
    "Rendering",
    "Signed",
    "bound",
    "configured",
    "form_of",
    "origins_of",
    "own_path",
    "serve",
]

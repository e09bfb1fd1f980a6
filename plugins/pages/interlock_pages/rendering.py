"""Templates and stylesheets: a plugin's own within what all pages share."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

_SHARED = "interlock_pages"


class Rendering:
    """The pages of one package, which has `templates` and a `page.css`.

    A template extends `frame.html.jinja` and fills its blocks: `title`, `site`, `skip`, `who` and `main`, and
    `scripts` if it has any. Whatever text it shows is escaped, and a name that nobody gave is an error. It
    writes addresses below `base`; the site's first page and its stylesheet are below `root`.
    """

    def __init__(
        self,
        package: str,
        *,
        over: Sequence[str] = (),
        root: str = "",
        base: str | None = None,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """`over` are packages whose pages are shown within this one's: their templates are found too, and one
        of the same name here is taken in its place. `root` and `base` are paths without a slash at their end;
        left out, `base` is `root`. `filters` and `values` are what templates know beside what each page is
        given.
        """
        self._packages = (package, *over)
        self.root, self.base = root, root if base is None else base
        self._filters = dict(filters or {})
        self._values = {**(values or {}), "root": self.root, "base": self.base}

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The template `<name>.html.jinja`, filled in, with that HTTP status."""
        text = self._environment.get_template(f"{template}.html.jinja").render(**values)
        return HTMLResponse(text, status_code=status)

    @cached_property
    def style(self) -> str:
        """The stylesheet, for `/page.css`: what all pages share, and the package's own at the end."""
        sheets = (files(each).joinpath("page.css") for each in (_SHARED, *reversed(self._packages)))
        return "".join(sheet.read_text("utf-8") for sheet in sheets)

    @cached_property
    def _environment(self) -> Environment:
        environment = Environment(
            loader=ChoiceLoader([PackageLoader(package) for package in (*self._packages, _SHARED)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.filters |= self._filters
        environment.globals |= self._values
        return environment

"""Pages. A handler says `return page("events/activity.html", activity=activity)`.

Templates are Jinja with autoescape and strict undefined names. They see these functions (not variables, so that
imported macros see them too): `language()`, `now()`, `account()`, `current_path()`, `demo()`, `url(path, **query)`,
`in_language(lang)`, `asset(name)`, `_`, `ngettext`, `pgettext`; and the filters of `kernel.web.wording`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from litestar.response import Response
from markupsafe import Markup

from app.kernel import clock
from app.kernel.paths import bundled
from app.kernel.web import access, i18n, motif, navigation, visit, wording
from app.kernel.web.assets import asset

HTML = "text/html"

_demo: dict[str, Any] = {"on": False}


def demo() -> Mapping[str, Any]:
    """Whether this is the demo (`demo().on`, for its banner)."""
    return _demo


def use_demo(on: bool) -> None:
    """Said once by `create_app`."""
    _demo["on"] = on


@cache
def environment() -> Environment:
    """The one Jinja environment of the process."""
    env = Environment(
        loader=FileSystemLoader(bundled("templates"), encoding="utf-8"),
        autoescape=select_autoescape(("html", "xml", "svg"), default=False),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
        auto_reload=False,  # asking the file system at every render costs 40 µs; templates change with a restart
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext_plain, newstyle=True, pgettext=i18n.pgettext_plain, npgettext=i18n.npgettext_plain
    )
    env.globals["ngettext"] = _ngettext
    env.globals.update(
        language=i18n.language,
        now=clock.now,
        account=access.current_account,
        current_path=current_path,
        current_query=current_query,
        demo=demo,
        url=url,
        in_language=in_language,
        navigation=navigation.navigation,
        asset=asset,
        motif=motif.strip,
        motif_panel=motif.panel,
    )
    env.filters.update(wording.FILTERS)
    return env


@pass_context
def _ngettext(context: Context, one: str, many: str, num: int, /, **values: object) -> str:
    """Jinja fills in `num` only; ours calls the number `n`, as in Python."""
    text: str = i18n.ngettext_plain(one, many, num)
    # A translation is ours, so it is markup; what is filled in is escaped by it.
    filled: str = (Markup(text) if context.eval_ctx.autoescape else text) % {"n": num, "num": num, **values}  # noqa: S704
    return filled


def current_path() -> str:
    """The path of the page being shown, `/` outside a request."""
    here = visit.current()
    return here.path if here else "/"


def current_query(*without: str) -> dict[str, list[str]]:
    """The query of the page being shown, by name, `lang` and `without` left out: to build the next filter's link."""
    here = visit.current()
    found: dict[str, list[str]] = {}
    for key, value in parse_qsl(here.query if here else "", keep_blank_values=False):
        if key != "lang" and key not in without:
            found.setdefault(key, []).append(value)
    return found


def url(path: str, **query: object) -> str:
    """An address inside the site that keeps the reader's language. Empty values are left out, lists are repeated.

    `/` looks at Accept-Language when no language is named, so links to it always name one.
    """
    path, _hash, fragment_name = path.partition("#")
    path, _mark, own = path.partition("?")
    pairs: list[tuple[str, str]] = parse_qsl(own)
    for key, value in query.items():
        many = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        pairs.extend((key, str(one)) for one in many if one is not None and one != "")
    spoken = i18n.language()
    if (spoken != "vi" or path == "/") and not any(key == "lang" for key, _value in pairs):
        pairs.append(("lang", spoken))
    # A path from strangers must not become another host ("//evil") or a scheme.
    safe = "/" + quote(path, safe="/:@!$&'()*+,;=-._~%").lstrip("/") if path else ""
    return safe + ("?" + urlencode(pairs) if pairs else "") + (f"#{quote(fragment_name)}" if fragment_name else "")


def in_language(wanted: str) -> str:
    """This page in the other language: the switch in the header."""
    pairs = [(key, one) for key, values in current_query().items() for one in values]
    if wanted != "vi" or current_path() == "/":
        pairs.append(("lang", wanted))
    return quote(current_path(), safe="/:@!$&'()*+,;=-._~") + ("?" + urlencode(pairs) if pairs else "")


def render(template: str, context: Mapping[str, Any]) -> str:
    """A template as text: for mails, feeds and bytes that are kept."""
    with wording.zone_of(context.get("edition")):
        return environment().get_template(template).render(context)


def render_block(template: str, block: str, context: Mapping[str, Any]) -> str:
    """One block of a template, with what the template imports and sets at its top.

    Jinja runs imports in the root function only, so it is started and stopped at its first output.
    """
    with wording.zone_of(context.get("edition")):
        source = environment().get_template(template)
        inside = source.new_context(dict(context))
        root = source.root_render_func(inside)
        next(iter(root), None)
        blocks = inside.blocks.get(block)
        if not blocks:
            raise KeyError(f"{template} has no block {block!r}")
        return "".join(blocks[0](inside))


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page. Boosted links and history restores want the whole page."""
    here = visit.current()
    return here is not None and here.header("hx-request") == "true" and here.header("hx-request-type") == "partial"


def page(
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    block: str | None = None,
    **context: Any,
) -> Response[bytes]:
    """Answer with a page; with its `block` alone when htmx asks for a part and the handler offers one.

    Pages show who is signed in, so they are private by default; a handler of public bytes sets its own headers.
    """
    partial = block is not None and wants_fragment()
    body = render_block(template, block, context) if partial and block else render(template, context)
    found = {"cache-control": "private, no-cache", "vary": "Cookie" + (", HX-Request, HX-Request-Type" if block else "")}
    found.update({key.lower(): value for key, value in (headers or {}).items()})
    return Response(body.encode(), status_code=status, media_type=HTML, headers=found)


def fragment(template: str, block: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any) -> Response[bytes]:
    """Answer with one block of a template, whoever asks."""
    found = {"cache-control": "private, no-cache", "vary": "Cookie", **{key.lower(): value for key, value in (headers or {}).items()}}
    return Response(render_block(template, block, context).encode(), status_code=status, media_type=HTML, headers=found)


def redirect(address: str, status: int = 303, **query: object) -> Response[bytes]:
    """Go on to another page of ours, keeping the language. htmx follows too."""
    headers = {"location": url(address, **query), "cache-control": "no-store"}
    return Response(b"", status_code=status, media_type="text/plain", headers=headers)

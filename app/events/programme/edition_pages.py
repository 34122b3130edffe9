"""What an edition is made of: its own data, its venues and rooms, its taxonomies."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.events.programme import queries
from app.events.programme.access import NEW_OF_EDITION, ORGANISERS, edition_here
from app.events.programme.editions import EditionChanged, SlugTaken, SlugUnusable, create_edition, update_edition
from app.events.programme.forms import EditionForm, TermsForm, VenueForm, tell_stored
from app.events.programme.places import VenueChanged, create_venue, remove_venue, update_venue
from app.events.programme.queries import EditionView, VenueView
from app.events.programme.terms import TAXONOMIES, save_terms
from app.kernel.errors import DomainError, NotFound
from app.kernel.web import access
from app.kernel.web.access import allow
from app.kernel.web.forms import Choices
from app.kernel.web.i18n import N_, _
from app.kernel.web.rendering import page, redirect
from app.kernel.web.request import HouseRequest

ADMINISTRATORS = allow(resource=None)
NEW_EDITION = allow(resource=None, read_only_for_auditor=False)

DONE = {
    "saved": N_("Đã lưu."),
    "created": N_("Đã thêm địa điểm."),
    "removed": N_("Đã xóa địa điểm."),
}


# --- editions --------------------------------------------------------------------------------------------------------


@get("/manage/editions/new", guards=[NEW_EDITION])
async def new_edition_page() -> Response[Any]:
    """The form of a new edition."""
    return page("events/edition.html", form=EditionForm.blank(choices=await _like(), time_zone="Asia/Ho_Chi_Minh"), made=None)


@post("/manage/editions/new", guards=[ADMINISTRATORS], status_code=303)
async def new_edition(request: HouseRequest) -> Response[Any]:
    """Add it, with the taxonomies and venues of another one or the starter set."""
    form = EditionForm.read(await request.form(), choices=await _like())
    if form.errors:
        return page("events/edition.html", status=422, form=form, made=None)
    like = await queries.edition(form.value.like) if form.value.like else None
    try:
        made = await create_edition(form.value.info, like=like, by=access.account().actor)
    except DomainError as refused:
        form.fail("slug" if isinstance(refused, (SlugTaken, SlugUnusable)) else "", refused.message, **refused.params)
        return page("events/edition.html", status=refused.status, form=form, made=None)
    return redirect(f"/manage/{made.slug}/", done="edition")


@get("/manage/{edition:str}/settings", guards=[ORGANISERS])
async def edition_page(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """The edition's own data."""
    found = await edition_here(edition)
    return page("events/edition.html", edition=found, form=EditionForm.editing(found), made=found, flash=_flash(request))


@post("/manage/{edition:str}/settings", guards=[ORGANISERS], status_code=303)
async def save_edition(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """Save it; readers see it with the next publication."""
    found = await edition_here(edition)
    form = EditionForm.read(await request.form())
    if form.errors:
        return page("events/edition.html", status=422, edition=found, form=form, made=found)
    value = form.value
    try:
        await update_edition(found.id, value.info, state=value.state or None, revision=value.revision, by=access.account().actor)
    except DomainError as refused:
        form.fail("", refused.message, **refused.params)
        if isinstance(refused, EditionChanged):
            found = await edition_here(edition)
            tell_stored(form, EditionForm.editing(found))
        return page("events/edition.html", status=refused.status, edition=found, form=form, made=found)
    return redirect(f"/manage/{found.slug}/settings", done="saved")


async def _like() -> dict[str, Choices]:
    return {"like": [(one.slug, one.name) for one in await queries.editions()]}


# --- venues ----------------------------------------------------------------------------------------------------------


@get("/manage/{edition:str}/venues", guards=[ORGANISERS])
async def venue_list(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """All venues with their rooms."""
    found = await edition_here(edition)
    return page("events/venues.html", edition=found, venues=await queries.venues(found.id), flash=_flash(request))


@get("/manage/{edition:str}/venues/new", guards=[NEW_OF_EDITION])
async def new_venue_page(edition: FromPath[str]) -> Response[Any]:
    """An empty form."""
    return _venue(await edition_here(edition), VenueForm.editing(None))


@post("/manage/{edition:str}/venues/new", guards=[ORGANISERS], status_code=303)
async def new_venue(request: HouseRequest, edition: FromPath[str]) -> Response[Any]:
    """Add a venue with its rooms."""
    found = await edition_here(edition)
    form, rows_changed = VenueForm.with_rooms(await request.form())
    if rows_changed:
        return _venue(found, form.without_faults())
    if form.errors:
        return _venue(found, form, status=422)
    try:
        await create_venue(found.id, form.spec, by=access.account().actor)
    except DomainError as refused:
        form.fail("code", refused.message, **refused.params)
        return _venue(found, form, status=refused.status)
    return redirect(f"/manage/{found.slug}/venues", done="created")


@get("/manage/{edition:str}/venues/{code:str}", guards=[ORGANISERS])
async def venue_page(request: HouseRequest, edition: FromPath[str], code: FromPath[str]) -> Response[Any]:
    """One venue and its rooms, to edit."""
    found = await edition_here(edition)
    venue = await _venue_here(found, code)
    return _venue(found, VenueForm.editing(venue), venue=venue, done=request)


@post("/manage/{edition:str}/venues/{code:str}", guards=[ORGANISERS], status_code=303)
async def save_venue(request: HouseRequest, edition: FromPath[str], code: FromPath[str]) -> Response[Any]:
    """Save it; readers see it with the next publication."""
    found = await edition_here(edition)
    venue = await _venue_here(found, code)
    form, rows_changed = VenueForm.with_rooms(await request.form())
    if rows_changed:
        return _venue(found, form.without_faults(), venue=venue)
    if form.errors:
        return _venue(found, form, venue=venue, status=422)
    try:
        await update_venue(found.id, code, form.spec, revision=form.value.revision, by=access.account().actor)
    except DomainError as refused:
        form.fail("", refused.message, **refused.params)
        if isinstance(refused, VenueChanged):
            venue = await _venue_here(found, code)
            tell_stored(form, VenueForm.editing(venue))
        return _venue(found, form, venue=venue, status=refused.status)
    return redirect(f"/manage/{found.slug}/venues/{code}", done="saved")


@post("/manage/{edition:str}/venues/{code:str}/remove", guards=[ORGANISERS], status_code=303)
async def remove(edition: FromPath[str], code: FromPath[str]) -> Response[Any]:
    """Delete a venue in which nothing takes place."""
    found = await edition_here(edition)
    venue = await _venue_here(found, code)
    try:
        await remove_venue(found.id, code, by=access.account().actor)
    except DomainError as refused:
        form = VenueForm.editing(venue)
        form.fail("", refused.message, **refused.params)
        return _venue(found, form, venue=venue, status=refused.status)
    return redirect(f"/manage/{found.slug}/venues", done="removed")


async def _venue_here(edition: EditionView, code: str) -> VenueView:
    found = await queries.venue(edition.id, code)
    if found is None:
        raise NotFound(N_("Không tìm thấy địa điểm này."))
    return found


def _venue(
    edition: EditionView, form: VenueForm, *, venue: VenueView | None = None, done: HouseRequest | None = None, status: int = 200
) -> Response[Any]:
    flash = _flash(done) if done else []
    return page("events/venue.html", status=status, block="rooms", edition=edition, form=form, venue=venue, flash=flash)


# --- taxonomies ------------------------------------------------------------------------------------------------------


@get("/manage/{edition:str}/terms", guards=[ORGANISERS])
async def term_list(edition: FromPath[str]) -> Response[Any]:
    """The taxonomies of the edition."""
    found = await edition_here(edition)
    return page("events/terms.html", edition=found, terms=await queries.terms(found.id), taxonomies=TAXONOMIES)


@get("/manage/{edition:str}/terms/{taxonomy:str}", guards=[ORGANISERS])
async def taxonomy_page(request: HouseRequest, edition: FromPath[str], taxonomy: FromPath[str]) -> Response[Any]:
    """One taxonomy, to edit."""
    found = await edition_here(edition)
    terms = (await queries.terms(found.id)).get(_taxonomy(taxonomy), ())
    return _terms(found, taxonomy, TermsForm.editing(terms), flash=_flash(request))


@post("/manage/{edition:str}/terms/{taxonomy:str}", guards=[ORGANISERS], status_code=303)
async def save_taxonomy(request: HouseRequest, edition: FromPath[str], taxonomy: FromPath[str]) -> Response[Any]:
    """Save names and order; terms that activities carry cannot be removed."""
    found = await edition_here(edition)
    _taxonomy(taxonomy)
    form, rows_changed = TermsForm.with_terms(await request.form())
    if rows_changed:
        return _terms(found, taxonomy, form.without_faults())
    if form.errors:
        return _terms(found, taxonomy, form, status=422)
    try:
        await save_terms(found.id, taxonomy, form.terms, by=access.account().actor)
    except DomainError as refused:
        form.fail("", refused.message, **refused.params)
        return _terms(found, taxonomy, form, status=refused.status)
    return redirect(f"/manage/{found.slug}/terms/{taxonomy}", done="saved")


def _taxonomy(taxonomy: str) -> str:
    if taxonomy not in TAXONOMIES:
        raise NotFound(N_("Không tìm thấy danh mục này."))
    return taxonomy


def _terms(edition: EditionView, taxonomy: str, form: TermsForm, *, flash: Any = (), status: int = 200) -> Response[Any]:
    return page(
        "events/taxonomy.html", status=status, block="rows", edition=edition, form=form, taxonomy=taxonomy,
        title=_(TAXONOMIES[taxonomy]), flash=flash,
    )  # fmt: skip


def _flash(request: HouseRequest) -> list[dict[str, str]]:
    said = DONE.get(request.query_params.get("done", ""))
    return [{"tone": "ok", "text": _(said)}] if said else []


ROUTES = (
    new_edition_page,
    new_edition,
    edition_page,
    save_edition,
    venue_list,
    new_venue_page,
    new_venue,
    venue_page,
    save_venue,
    remove,
    term_list,
    taxonomy_page,
    save_taxonomy,
)

"""The description of the public API: `/api/openapi.json` for programs, `/api/` as a page of our own (no script from elsewhere)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Router
from litestar.enums import MediaType
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin

from app.kernel.web.access import public
from app.kernel.web.rendering import render

_METHODS = ("get", "post", "put", "patch", "delete")

_raw_routes: dict[str, dict[str, Any]] = {}


def describe(path: str, item: dict[str, Any]) -> None:
    """Describe a raw ASGI route, which Litestar leaves out: an OpenAPI path item, its schemas written out in place."""
    _raw_routes[path] = item


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """The document with the raw routes in their places."""
    return {**schema, "paths": dict(sorted({**_raw_routes, **schema.get("paths", {})}.items()))}


class Operation(msgspec.Struct, frozen=True):
    """One call as the page lists it."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[tuple[str, str, bool], ...]
    statuses: tuple[tuple[str, str], ...]
    takes_body: bool


def operations(schema: dict[str, Any]) -> list[Operation]:
    """The calls of an OpenAPI document, in its order."""
    paths = schema.get("paths", {}).items()
    return [_operation(method, path, item[method]) for path, item in paths for method in _METHODS if method in item]


def _operation(method: str, path: str, call: dict[str, Any]) -> Operation:
    return Operation(
        method.upper(),
        path,
        call.get("summary", ""),
        call.get("description", ""),
        tuple((one["name"], one["in"], one.get("required", False)) for one in call.get("parameters", ())),
        tuple((status, answer.get("description", "")) for status, answer in call.get("responses", {}).items()),
        "requestBody" in call,
    )


class _Page(OpenAPIRenderPlugin):
    """The page at /api/."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)

    def render(self, request: Any, openapi_schema: dict[str, Any]) -> bytes:
        """The list of calls."""
        shown = operations(_whole(openapi_schema))
        return render("kernel/api.html", {"operations": shown, "version": openapi_schema["info"]["version"]}).encode()


class _Json(JsonRenderPlugin):
    """The document at /api/openapi.json."""

    def render(self, request: Any, openapi_schema: dict[str, Any]) -> bytes:
        """The whole document."""
        return super().render(request, _whole(openapi_schema))


class _Docs(Router):
    """Litestar's plugin adds a 404 page of its own below /api; ours answers there as everywhere."""

    def register(self, value: Any) -> Any:
        """Take every handler but that one."""
        if {"/{path:str}"} == set(getattr(value, "paths", ())):
            return []
        return super().register(value)


def openapi_config(version: str) -> OpenAPIConfig:
    """What `create_app` gives to Litestar."""
    return OpenAPIConfig(
        title="Ngày Số",
        version=version,
        description="Programme, registration and admission of a Digital Transformation Week.",
        path="/api",
        render_plugins=[_Page(), _Json(path="/openapi.json")],
        openapi_router=_Docs("/api", route_handlers=[], guards=[public], opt={"account": False}, include_in_schema=False),
        use_handler_docstrings=True,
    )


def in_schema(handlers: Sequence[Any]) -> list[Any]:
    """Handlers below /api/v1 are described, all others are not."""
    described = [one for one in handlers if any(path.startswith("/api/v1") for path in _paths(one))]
    others = [one for one in handlers if not any(one is other for other in described)]
    return [*others, Router("/", route_handlers=described, include_in_schema=True)] if described else others


def _paths(handler: Any) -> list[str]:
    if hasattr(handler, "paths"):
        return [str(path) for path in handler.paths]
    path = getattr(handler, "path", "") or ""
    return [path if isinstance(path, str) else str(path)]

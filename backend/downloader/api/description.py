"""What the description says of errors: each operation names its statuses, and all of them have one shape."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema
from pydantic import Field

from downloader.api.problems import MEDIA_TYPE

_SHAPE: Final = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}

_SAME: Final = {"description": "not changed since the answer with the ETag that If-None-Match says"}


class Wrong(Schema):
    """A place of a request that is wrong."""

    at: str
    fact: str


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="`urn:foreview:problem:…`, or about:blank where the status says it all")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="rule, fact and next step in sentences")
    rule: str = Field(description="what must hold")
    fact: str = Field(description="what was found instead")
    next_step: str = Field(description="what to do about it")
    errors: list[Wrong] = Field(default_factory=list, description="each wrong place of a request of the wrong shape")


class Described(NinjaAPI):
    """An API whose description names the errors of each operation."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the description, made once. What an operation adds of its own it says with :func:`fails`; the rest follows from what it takes."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._described:
            self._described[prefix] = _with_errors(super().get_openapi_schema(path_prefix=prefix))
        return self._described[prefix]


def fails(*statuses: int) -> dict[str, Any]:
    """Return what an operation adds to its description that may be answered with these errors."""
    return {"responses": {status: _answer(status) for status in statuses}}


def _with_errors(described: OpenAPISchema) -> OpenAPISchema:
    for item in described["paths"].values():
        for method, operation in item.items():
            said = {status: _answer(status) for status in _usual(operation)} | operation["responses"]
            said |= {304: dict(_SAME)} if method == "get" and _is_json(said) else {}
            operation["responses"] = {str(status): said[status] for status in sorted(said)}
    shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    described["components"]["schemas"] |= {**shape.pop("$defs"), "Problem": shape}
    return described


def _usual(operation: dict[str, Any]) -> Iterator[int]:
    """Return the errors that follow from what an operation takes and whom it is open to."""
    if "security" in operation:
        yield from (401, 403, 429)
    if operation.get("parameters") or "requestBody" in operation:
        yield 422
    if "requestBody" in operation:
        yield from (400, 413)
    if any(one["in"] == "path" for one in operation.get("parameters", ())):
        yield 404


def _is_json(said: dict[int, Any]) -> bool:
    return "application/json" in said.get(200, {}).get("content", {})


def _answer(status: int) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": _SHAPE}

"""The document that describes the API (OpenAPI 3.1), made from the operations; open to everybody, it holds no data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema
from starlette.responses import JSONResponse
from starlette.routing import Route

from web.api.door import BASE, KEY_LENGTH, PROBLEM
from web.api.given import ROW
from web.api.operations import OPERATIONS
from web.api.shapes import ApiProblem

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from web.api.door import Operation

REFS: Final = "#/components/schemas/{model}"
ERRORS: Final = {
    "401": "no good token", "403": "the token is not good for that", "404": "there is none", "409": "not now",
    "413": "too long", "422": "it cannot be meant", "429": "too often; see Retry-After", "503": "the database failed",
}  # fmt: skip


def openapi() -> dict[str, Any]:
    """The document."""
    taken = dict.fromkeys(one.takes for one in OPERATIONS if one.takes)
    given = dict.fromkeys([*(one.gives for one in OPERATIONS), ApiProblem])
    modes = [*((model, "validation") for model in taken), *((model, "serialization") for model in given)]
    _, schemas = models_json_schema(modes, ref_template=REFS)  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(_path(one), {})[one.method.lower()] = _described(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hinomi", "version": "1", "description": "Incidents, read and worked by other systems."},
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def serve(_: Request) -> Response:
    """Serve it."""
    return JSONResponse(openapi())


def _path(one: Operation) -> str:
    return one.path.replace(":id}", "}")


def _described(one: Operation) -> dict[str, Any]:
    parameters = [_parameter(name, "query", schema) for name, schema in one.query.items()]
    places = ({"incident_id": ROW} if "{incident_id" in one.path else {}) | one.places
    parameters += [_parameter(name, "path", schema) | {"required": True} for name, schema in places.items()]
    if one.method == "POST":
        parameters.append(_parameter("Idempotency-Key", "header", {"type": "string", "maxLength": KEY_LENGTH}))
    answers = {code: _answer(said, ApiProblem.__name__, PROBLEM) for code, said in ERRORS.items()}
    described: dict[str, Any] = {
        "operationId": f"{one.method.lower()}{_path(one).replace('/', '_').replace('{', '').replace('}', '')}",
        "summary": one.summary,
        "description": f"Scope: `{one.scope}`.",
        "parameters": parameters,
        "responses": {"200": _answer("done", one.gives.__name__, "application/json"), **answers},
    }
    if one.takes:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": REFS.format(model=one.takes.__name__)}}},
        }
    return described


def _parameter(name: str, place: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "schema": schema}


def _answer(said: str, model: str, media_type: str) -> dict[str, Any]:
    return {"description": said, "content": {media_type: {"schema": {"$ref": REFS.format(model=model)}}}}


ROUTES = [Route(f"{BASE}/openapi.json", serve, methods=["GET"]), *(one.route() for one in OPERATIONS)]

"""What the description says of each operation: its errors, all of one shape."""

from __future__ import annotations

import pytest

from downloader.api.root import api

DESCRIBED = api.get_openapi_schema(path_prefix="")
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DESCRIBED["paths"].items()
    for method, operation in item.items()
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_names_its_errors_and_all_have_one_shape(name):
    operation = OPERATIONS[name]
    errors = {int(status): told for status, told in operation["responses"].items() if int(status) >= 400}
    usual = set() if name == "GET /health/live" else {401, 403, 429}
    taken = {one["in"] for one in operation["parameters"]}
    usual |= {422} if taken or "requestBody" in operation else set()
    usual |= {404} if "path" in taken else set()
    usual |= {400, 413} if "requestBody" in operation else set()
    assert usual <= set(errors) <= usual | {400, 404, 409, 412, 503}
    for told in errors.values():
        assert told["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_the_shape_of_errors_is_in_the_description():
    shape = DESCRIBED["components"]["schemas"]["Problem"]
    assert shape["required"] == ["type", "title", "status", "detail", "rule", "fact", "next_step"]
    assert shape["properties"]["errors"]["items"] == {"$ref": "#/components/schemas/Wrong"}


def test_an_operation_is_described_alike_each_time():
    assert api.get_openapi_schema(path_prefix="") == DESCRIBED

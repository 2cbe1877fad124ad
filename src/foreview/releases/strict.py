"""JSON ↔ frozen dataclasses, strictly: no field missing, none unknown, each of its declared type."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, NoReturn, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

Json: TypeAlias = Any
"""What JSON can say: None, booleans, finite numbers, texts, lists and objects with text keys."""
T = TypeVar("T")


def to_json(value: object) -> Json:
    """Return ``value`` in JSON's own types; dataclasses become objects, tuples lists, times ISO 8601 in UTC."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value


def canonical(value: Json) -> bytes:
    """Return the one spelling of a JSON value that hashes are taken over.

    Raises
    ------
    ValueError
        For NaN and infinity, which JSON cannot say.

    Examples
    --------
    >>> canonical({"b": 1.5, "a": [True, None]})
    b'{"a":[true,null],"b":1.5}'

    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def read_json(text: bytes) -> Json:
    """Return what ``text`` says; an object with a repeated key, NaN and infinity are refused with ValueError."""
    return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)


def dataclass_of(kind: type[T], found: Json, where: str = "") -> T:
    """Return the dataclass ``kind`` that the JSON object ``found`` describes.

    Raises
    ------
    ValueError
        Naming the field (as ``where.field``) that is missing, unknown or of another type.

    """
    return _value(kind, found, where)  # type: ignore[no-any-return]  # the hint is the return type


def _value(hint: Any, found: Json, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        value = found
    elif dataclasses.is_dataclass(hint):
        value = _fields(hint, found, where)
    elif origin in {Union, types.UnionType}:
        value = None if found is None else _value(arguments[0], found, where)
    elif origin is Literal:
        value = found if isinstance(found, str) and found in arguments else _refuse(where, f"one of {arguments}", found)
    elif origin is tuple:
        if not isinstance(found, list):
            _refuse(where, "a list", found)
        value = tuple(_value(arguments[0], item, f"{where}[{at}]") for at, item in enumerate(found))
    elif origin in {dict, Mapping}:
        if not isinstance(found, dict):
            _refuse(where, "an object", found)
        value = {_value(arguments[0], key, where): _value(arguments[1], found[key], f"{where}.{key}") for key in found}
    else:
        value = _scalar(hint, found, where)
    return value


def _fields(kind: Any, found: Json, where: str) -> Any:
    hints = _hints(kind)
    names = {field.name for field in dataclasses.fields(kind)}
    if not isinstance(found, dict):
        _refuse(where, "an object", found)
    if differing := sorted(names ^ set(found)):
        _refuse(where, f"an object of {', '.join(sorted(names))}", f"{', '.join(differing)} missing or unknown")
    return kind(**{name: _value(hints[name], found[name], f"{where}.{name}".lstrip(".")) for name in names})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _scalar(hint: Any, found: Json, where: str) -> Any:
    if hint is datetime:
        return _time(found, where)
    if hint is float and type(found) is int:
        return float(found)
    # `type(...) is`, because True is an int to isinstance.
    return found if type(found) is hint else _refuse(where, f"of type {hint.__name__}", found)


def _time(found: Json, where: str) -> datetime:
    try:
        time = datetime.fromisoformat(found)
    except (TypeError, ValueError):
        time = _refuse(where, "a time in ISO 8601", found)
    if time.tzinfo is None:
        _refuse(where, "a time with its time zone", found)
    return time.astimezone(UTC)


def _refuse(where: str, expected: str, found: object) -> NoReturn:
    raise ValueError(f"{where or 'the whole'} is {expected}; found {found!r:.200}")


def _without_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError(f"a key is repeated among {', '.join(key for key, _ in pairs)}")
    return dict(pairs)


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")

"""How people and platforms spell numbers, lengths, days and times.

Most functions map a polars expression of texts to values, null where the text is none of the spellings.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from foreview.readers.sheet import Decimal

_BLANKS: Final = r"[\s\u00a0\u202f'’]"
_MISSING: Final = r"(?i)^(-{1,3}|–|—|n/?a|null|none|nan)$"
_SCALES: Final = {"k": 1e3, "m": 1e6, "b": 1e9}
_DAY_SPELLINGS: Final = ("%Y-%m-%d", "%B %d, %Y", "%d %B %Y", "%Y%m%d", "%Y/%m/%d", "%d.%m.%Y")
_NUMBERED_DAY: Final = r"^(\d{4})(?:年|\.|년)\s*(\d{1,2})(?:月|\.|월)\s*(\d{1,2})(?:日|\.?|일)$"
_NAMED_DAY: Final = r"^(\d{1,2})\.?\s+(?:de\s+|di\s+)?(\p{L}{3,})\.?\s+(?:de\s+|di\s+)?(\d{4})$"
_MONTHS: Final = (
    ("jan", "ene", "gen"),
    ("feb", "fev", "fév"),
    ("mar", "mär", "maa", "mrt"),
    ("apr", "abr", "avr"),
    ("may", "mai", "mag", "mei"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "ago", "aou", "aoû"),
    ("sep", "set"),
    ("oct", "okt", "out", "ott"),
    ("nov",),
    ("dec", "dez", "dic", "déc"),
)
"""How month names begin in English, German, Spanish, French, Italian, Dutch and Portuguese."""
_MONTH: Final = {name: f"{month:02d}" for month, names in enumerate(_MONTHS, 1) for name in names}
_TIME: Final = r"^(\d{4}-\d{2}-\d{2})[T ]+(\d{2}:\d{2})(:\d{2})?(\.\d+)?\s*(Z|UTC|[+-]\d{2}:?(?:\d{2})?)?$"
_CLOCK: Final = r"^(?:(\d+):)?(\d+):(\d{2})$"
_ISO_LENGTH: Final = r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$"


def clean(text: str) -> str:
    """Return ``text`` with U+FFFD for halves of characters and NUL, which JSON can write and no table can hold."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_missing(text: pl.Expr) -> pl.Expr:
    """Return whether the source says that there is no value: empty, ``--``, ``N/A``."""
    return text.is_null() | (text.str.strip_chars() == "") | text.str.strip_chars().str.contains(_MISSING)


def is_rounded(text: pl.Expr) -> pl.Expr:
    """Return whether a count was rounded by the source: ``541.2K``."""
    return text.str.contains(r"(?i)^[\d.,]+\s*[kmb]$")


def is_thousandths(text: pl.Expr, decimal: Decimal = ".") -> pl.Expr:
    """Return whether a number has three decimal places and no more: of a count, its sign separates thousands after all."""
    return text.str.contains(rf"^\s*[+-]?\d{{1,3}}\{decimal}\d{{3}}\s*$")


def decimal_sign(texts: pl.Series) -> Decimal | None:
    """Return the decimal sign of numbers that leave no choice, such as ``62,1`` or ``1.234,5``; null where they say none or both.

    Examples
    --------
    >>> decimal_sign(pl.Series(["28 000", "1,234", "62,1"]))
    ','
    >>> decimal_sign(pl.Series(["1,234", "1.234"]))

    """
    signs: tuple[Decimal, Decimal] = (".", ",")
    bare = texts.drop_nulls().str.replace_all(_BLANKS, "")
    found: list[Decimal] = []
    for sign, group in zip(signs, reversed(signs), strict=True):
        only = rf"^[+-]?(\d*\{sign}\d{{1,2}}|\d*\{sign}\d{{4,}}|0\{sign}\d+|\d{{1,3}}(\{group}\d{{3}})+\{sign}\d+)$"
        if bare.str.contains(only).any():
            found.append(sign)
    return found[0] if len(found) == 1 else None


def number(text: pl.Expr, decimal: Decimal = ".") -> pl.Expr:
    """Return numbers with or without thousands separators, the sign of USD, or K, M, B.

    Examples
    --------
    >>> texts = pl.DataFrame({"t": ["1,234", "541.2K", "$7,959.53", "12,34,567", "1,5"]})
    >>> texts.select(number(pl.col("t")))["t"].to_list()
    [1234.0, 541200.0, 7959.53, 1234567.0, None]
    >>> pl.DataFrame({"t": ["1.234", "1,5"]}).select(number(pl.col("t"), ","))["t"].to_list()
    [1234.0, 1.5]

    """
    group = "," if decimal == "." else "."
    bare = text.str.replace_all(_BLANKS, "").str.replace(r"^([+-]?)\$", "${1}").str.to_lowercase()
    scale = bare.str.extract("([kmb])$").replace_strict(_SCALES, default=1.0, return_dtype=pl.Float64)
    body = bare.str.replace("[kmb]$", "")
    grouped = body.str.contains(rf"^[+-]?\d{{1,3}}(\{group}\d{{2,3}})*\{group}\d{{3}}(\{decimal}\d+)?$")
    plain = body.str.contains(rf"^[+-]?(\d+(\{decimal}\d*)?|\{decimal}\d+)(e[+-]?\d+)?$")
    digits = pl.when(grouped).then(body.str.replace_all(group, "", literal=True)).when(plain).then(body)
    return digits.otherwise(None).str.replace(decimal, ".", literal=True).cast(pl.Float64, strict=False) * scale


def length(text: pl.Expr, decimal: Decimal = ".") -> pl.Expr:
    """Return seconds of ``0:03:09``, ``3:09``, ``PT3M9S`` or a plain number of seconds.

    Examples
    --------
    >>> texts = pl.DataFrame({"t": ["0:03:09", "3:09", "PT3M9S", "189", "P1DT1S", "soon"]})
    >>> texts.select(length(pl.col("t")))["t"].to_list()
    [189.0, 189.0, 189.0, 189.0, 86401.0, None]

    """
    bare = text.str.strip_chars()
    clock = pl.when(bare.str.contains(_CLOCK)).then(_weighted(bare, _CLOCK, (3600, 60, 1)))
    iso = pl.when(bare.str.contains(_ISO_LENGTH) & bare.str.contains(r"\d")).then(
        _weighted(bare, _ISO_LENGTH, (86400, 3600, 60, 1))
    )
    return pl.coalesce(number(bare, decimal), clock, iso)


def is_no_length(text: pl.Expr) -> pl.Expr:
    """Return whether YouTube says that a stream has no length yet: ``P0D``."""
    return text.str.strip_chars().str.contains(r"^P(0D|T0S)$")


def day(text: pl.Expr) -> pl.Expr:
    """Return calendar days in every spelling in which day and month cannot be confused.

    Examples
    --------
    >>> texts = pl.DataFrame({"t": ["2020-05-08", "May 8, 2020", "Sept 8, 2020", "8 May 2020", "20200508", "05/08/2020"]})
    >>> texts.select(day(pl.col("t")).dt.to_string())["t"].to_list()
    ['2020-05-08', '2020-05-08', '2020-09-08', '2020-05-08', '2020-05-08', None]
    >>> texts = pl.DataFrame({"t": ["8 mai 2020", "8. März 2020", "8 de sept. de 2020", "2020年5月8日", "2020. 5. 8."]})
    >>> texts.select(day(pl.col("t")).dt.to_string())["t"].to_list()
    ['2020-05-08', '2020-03-08', '2020-09-08', '2020-05-08', '2020-05-08']

    """
    bare = text.str.strip_chars().str.replace(r"(?i)\bsept\b", "Sep")
    with_century = pl.when(bare.str.contains(r"\d{4}")).then(bare)
    english = (with_century.str.to_date(spelling, strict=False) for spelling in _DAY_SPELLINGS)
    return pl.coalesce(*english, _named_day(bare), _day_of(bare, _NUMBERED_DAY, (1, 2, 3)))


def instant(text: pl.Expr, timezone: str) -> pl.Expr:
    """Return instants [UTC, ms]; a time that names no zone is one of ``timezone``.

    Seconds or milliseconds since 1970 are read as such. A day without a time of day is null: see :func:`noon`.

    Examples
    --------
    >>> texts = pl.DataFrame({"t": ["2020-05-08T12:00:00Z", "2020-05-08 12:00", "2020-05-08 12:00:00+0200", "1588939200"]})
    >>> texts.select(instant(pl.col("t"), "America/New_York").dt.to_string("%dT%H:%M"))["t"].to_list()
    ['08T12:00', '08T16:00', '08T10:00', '08T12:00']

    """
    bare = text.str.strip_chars()
    parts = [bare.str.extract(_TIME, group) for group in range(1, 6)]
    clock = pl.concat_str(parts[0], pl.lit("T"), parts[1], parts[2].fill_null(":00"), parts[3].fill_null(""))
    wall = clock.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="ms", strict=False)
    minutes = parts[4].str.extract(r"(\d{2}):?\d{0,2}$").cast(pl.Int64) * 60
    minutes += parts[4].str.extract(r"\d{2}:?(\d{2})$").cast(pl.Int64).fill_null(0)
    signed = minutes.fill_null(0) * pl.when(parts[4].str.starts_with("-")).then(-1).otherwise(1)
    zoned = (wall - pl.duration(minutes=signed)).dt.replace_time_zone("UTC")
    epoch = _since_1970(bare)
    return pl.coalesce(epoch, pl.when(parts[4].is_null()).then(localised(wall, timezone)).otherwise(zoned))


def noon(days: pl.Expr, timezone: str) -> pl.Expr:
    """Return noon [UTC, ms] of calendar days in ``timezone``: at most half a day from the unknown truth."""
    return localised(days.cast(pl.Datetime("ms")) + pl.duration(hours=12), timezone)


def localised(wall: pl.Expr, timezone: str) -> pl.Expr:
    """Return wall-clock times of ``timezone`` as instants [UTC, ms]; null in the hour that a clock skips."""
    local = wall.cast(pl.Datetime("ms")).dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC")


def truth(text: pl.Expr) -> pl.Expr:
    """Return booleans of true, yes, 1, false, no, 0."""
    bare = text.str.strip_chars().str.to_lowercase()
    return pl.when(bare.is_in(["true", "yes", "1"])).then(True).when(bare.is_in(["false", "no", "0"])).then(False)


def texts(text: pl.Expr) -> pl.Expr:
    """Return lists of ``a, b``, ``"a"|"b"`` or ``['a', 'b']``."""
    bare = text.str.strip_chars().str.strip_chars("[]")
    separator = pl.when(bare.str.contains("|", literal=True)).then(pl.lit("|")).otherwise(pl.lit(","))
    return (
        bare.str.split(separator)
        .list.eval(pl.element().str.strip_chars(" \"'"))
        .list.eval(pl.element().filter(pl.element() != ""))
    )


def _since_1970(bare: pl.Expr) -> pl.Expr:
    count = bare.str.extract(r"^(\d{10}|\d{13})$").cast(pl.Int64)
    return pl.when(count < 10**10).then(count * 1000).otherwise(count).cast(pl.Datetime("ms", "UTC"))


def _named_day(bare: pl.Expr) -> pl.Expr:
    """Return days such as ``8 de mayo de 2020``: whatever the language, a month's name stands between day and year."""
    name = bare.str.extract(_NAMED_DAY, 2).str.to_lowercase()
    month = pl.coalesce(
        name.str.head(letters).replace_strict(_MONTH, default=None, return_dtype=pl.String) for letters in (4, 3)
    )
    numbered = pl.concat_str(bare.str.extract(_NAMED_DAY, 3), month, bare.str.extract(_NAMED_DAY, 1), separator="-")
    return numbered.str.to_date("%Y-%m-%d", strict=False)


def _day_of(bare: pl.Expr, pattern: str, groups: tuple[int, int, int]) -> pl.Expr:
    parts = (bare.str.extract(pattern, group) for group in groups)
    return pl.concat_str(*parts, separator="-").str.to_date("%Y-%m-%d", strict=False)


def _weighted(bare: pl.Expr, pattern: str, weights: tuple[int, ...]) -> pl.Expr:
    parts = (bare.str.extract(pattern, at).cast(pl.Float64).fill_null(0) * w for at, w in enumerate(weights, 1))
    return pl.sum_horizontal(list(parts))

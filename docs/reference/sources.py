"""Write ``sources.md`` from the kinds of source as they are declared: ``python docs/reference/sources.py``."""

from __future__ import annotations

from pathlib import Path

from foreview.readers import archive, delimited, tiktok, ytdlp
from foreview.readers.kinds import KINDS
from foreview.readers.studio_headers import NAMES

PAGE = Path(__file__).with_suffix(".md")
LANGUAGES = ("en", "de", "es", "fr", "it", "ja", "ko", "nl", "pt")
HEAD = """\
# The sources

Written by `make reference` from `src/foreview/readers`. How to use them is told in [Import your own data](../how-to/import.md).

`foreview import SOURCE` knows a source by what it holds, and by its name only where it cannot be looked into. Where that fits nothing,
or several kinds, the error lists what was found, and `--kind` says it.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_kinds(), *_headers(), *_limits()])


def _kinds() -> list[str]:
    rows = [
        f"| `{name}` | {kind.reads} | {' '.join(f'`{ending}`' for ending in kind.files)} | {kind.known_by} | {kind.gives} "
        f"| {'yes' if kind.takes_mapping else 'no'} | {'yes' if kind.takes_videos else 'no'} |"
        for name, kind in KINDS.items()
    ]
    head = "| kind | reads | files (`/`: a folder) | known by | gives | `--map` | `--videos` |\n|---|---|---|---|---|---|---|"
    return ["## Kinds", "", head, *rows, ""]


def _headers() -> list[str]:
    rows = [
        f"| `{field}` | " + " | ".join(", ".join(languages.get(code, ())) or "=" for code in LANGUAGES) + " |"
        for field, languages in NAMES.items()
    ]
    says = (
        "Case, signs, accents' spelling and soft hyphens do not count. `=`: as in another language. After the name of the revenue stands "
        "its currency: only `(USD)` is taken. What is missing here is named with `--map`."
    )
    head = f"| field | {' | '.join(LANGUAGES)} |\n|---{'|---' * len(LANGUAGES)}|"
    return ["## Headers of YouTube Studio", "", says, "", head, *rows, ""]


def _limits() -> list[str]:
    limits = {
        "characters of a line of text": delimited.LONGEST_LINE,
        "characters of a field": delimited.LONGEST_FIELD,
        "columns of a table": delimited.MOST_COLUMNS,
        "bytes of one object of yt-dlp": ytdlp.LARGEST_OBJECT,
        'bytes of a "Download your data" file': tiktok.LARGEST_DOWNLOAD,
        "files in a zip": archive.MOST_MEMBERS,
        "bytes that a zip unpacks to": archive.MOST_BYTES,
        "times that a file in a zip may be larger than it is packed": archive.MOST_RATIO,
    }
    rows = [f"| {what} | {limit:,} |" for what, limit in limits.items()]
    says = "What is larger is no source but an accident or a bomb, and is refused before it fills the memory."
    return ["## Limits", "", says, "", "| at most | |\n|---|---|", *rows, ""]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""What makes two requests the same: method, address and contents, however a form was put into parts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.http import HttpRequest


def fingerprint_of(request: HttpRequest) -> str:
    """Return the SHA-256 of a request. Files are read in pieces; the marks between the parts of a form, which differ each time, do not count."""
    found = hashlib.sha256()
    for part in _parts(request):
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.hexdigest()


def _parts(request: HttpRequest) -> Iterator[bytes]:
    yield f"{request.method} {request.get_full_path()}".encode(errors="surrogateescape")
    if request.content_type != "multipart/form-data":
        yield request.body
        return
    for name, values in sorted(request.POST.lists()):
        yield from (text.encode(errors="surrogatepass") for text in (name, *map(str, values)))
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield f"{name} {file.name} {file.size}".encode(errors="surrogatepass")
            yield from file.chunks()
            file.seek(0)

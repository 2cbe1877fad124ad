"""How far a job is, as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Final

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Header, Router, Status
from ninja.responses import NinjaJSONEncoder

from downloader.api.access import account_of, needs
from downloader.api.jobs import JobTold, job_told
from downloader.api.shapes import Name, Number
from downloader.services.access import Account
from downloader.services.following import Sight, follow, sight_of

router = Router(tags=["jobs"])
MEDIA_TYPE: Final = "text/event-stream"
AGAIN_MS: Final = 2_000
"""How soon a client asks again when the line was closed."""
_EVENT: Final = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "marks what was seen"},
        "event": {"enum": ["progress", "end"]},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": JobTold.model_json_schema(),
        },
    },
    "required": ["id", "event", "data"],
}
_DESCRIBED: Final = {
    200: {
        "description": "events `progress` and, last, `end`, each with the job as its data",
        "content": {MEDIA_TYPE: {"schema": _EVENT}},
    },
}

LastEvent = Annotated[Name | None, Header(alias="Last-Event-ID", description="id of the last event that was received")]


@router.get("/{job}/events", auth=needs("read"), response={204: None}, openapi_extra={"responses": _DESCRIBED})
def follow_job(request: HttpRequest, job: Number, last: LastEvent = None) -> Any:
    """Tell how far a job is whenever that changes, for a minute at most; then ask again with the id of the last event. 204: the end was told."""
    account = account_of(request)
    sight = sight_of(account, job)
    if sight.mark == last and not sight.job.is_active:
        return Status(204, None)
    answer = StreamingHttpResponse(_events(account, job, last or ""), content_type=MEDIA_TYPE)
    answer["X-Accel-Buffering"] = "no"  # a proxy is not to wait until there is more
    return answer


def _events(account: Account, job: int, last: str) -> Iterator[str]:
    yield f"retry: {AGAIN_MS}\n\n"
    for sight in follow(account, job, last):
        yield ": still there\n\n" if sight is None else _event(sight)


def _event(sight: Sight) -> str:
    name = "progress" if sight.job.is_active else "end"
    data = json.dumps(job_told(sight.job).dict(), cls=NinjaJSONEncoder)
    return f"id: {sight.mark}\nevent: {name}\ndata: {data}\n\n"

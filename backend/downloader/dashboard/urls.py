"""The addresses of the pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from downloader.dashboard import (
    alerts,
    connections,
    data,
    imports,
    keys,
    people,
    record,
    regimes,
    settings,
    sharing,
    today,
    video,
    videos,
)
from downloader.dashboard.sign_in import SignIn

app_name = "foreview"
urlpatterns = [
    path("", today.show, name="today"),
    path("videos/", videos.show, name="videos"),
    path("videos.csv", videos.export, name="videos-csv"),
    path("videos/<int:key>/", video.show, name="video"),
    path("track-record/", record.show, name="record"),
    path("track-record/links/", sharing.show, name="record-links"),
    path("track-record/links/<int:key>/revoke/", sharing.revoke, name="record-link-revoke"),
    path("shared/<str:token>/", record.shared, name="shared"),
    path("data/", data.show, name="data"),
    path("data/quality/", data.quality, name="data-quality"),
    path("data/regimes/", regimes.show, name="data-regimes"),
    path("data/connections/", connections.show, name="data-connections"),
    path("data/connections/ask/", connections.ask, name="data-connections-ask"),
    path("data/connections/answer/", connections.answer, name="data-connections-answer"),
    path("data/connections/<int:key>/disconnect/", connections.disconnect, name="data-connections-end"),
    path("data/imports/", imports.send, name="data-send"),
    path("data/imports/<int:key>/", imports.one, name="data-import"),
    path("data/imports/<int:key>/apply/", imports.apply, name="data-import-apply"),
    path("data/imports/<int:key>/forecast/", imports.forecast, name="data-import-forecast"),
    path("data/imports/<int:key>/undo/", imports.undo, name="data-import-undo"),
    path("alerts/", alerts.show, name="alerts"),
    path("alerts/<int:key>/acknowledge/", alerts.acknowledge, name="alerts-acknowledge"),
    path("settings/", settings.show, name="settings"),
    path("settings/password/", settings.password, name="settings-password"),
    path("settings/rules/", settings.rules, name="settings-rules"),
    path("settings/audit-log/", settings.audit, name="settings-audit"),
    path("settings/keys/", keys.show, name="settings-keys"),
    path("settings/keys/<str:prefix>/revoke/", keys.revoke, name="settings-key-revoke"),
    path("settings/people/", people.show, name="settings-people"),
    path("settings/people/<int:key>/", people.one, name="settings-person"),
    path("settings/people/<int:key>/leave/", people.leave, name="settings-person-leave"),
    path("settings/people/<int:key>/signing-in/", people.let_in, name="settings-person-let-in"),
    path("settings/people/<int:key>/link/", people.new_link, name="settings-person-link"),
    path("set-password/<uidb64>/<token>/", settings.SetPassword.as_view(), name="set-password"),
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
]

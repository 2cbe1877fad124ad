"""The addresses of the pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from downloader.dashboard import record, sharing, today, video, videos
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
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
]

"""The addresses of the pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from downloader.dashboard import experiments, jobs, planner, promoting, releases, today, video, videos
from downloader.dashboard.sign_in import SignIn

app_name = "foreview"
urlpatterns = [
    path("", today.show, name="today"),
    path("today/<slug:name>/", today.part, name="today-part"),
    path("planner/", planner.show, name="planner"),
    path("planner/best-time/<path:channel>/", planner.best_time, name="planner-time"),
    path("videos/<int:key>/what-if/", video.what_if, name="video-what-if"),
    path("videos/<int:key>/why/", video.why, name="video-why"),
    path("videos/<int:key>/forecast/", video.forecast_again, name="video-forecast"),
    path("videos/", videos.show, name="videos"),
    path("videos.csv", videos.export, name="videos-csv"),
    path("videos/<int:key>/", video.show, name="video"),
    path("models/", releases.show, name="models"),
    path("models/compare/", releases.compare, name="models-compare"),
    path("models/rollback/", promoting.rollback, name="models-rollback"),
    path("models/<str:version>/", releases.release, name="models-release"),
    path("models/<str:version>/promote/", promoting.promote, name="models-promote"),
    path("jobs/", jobs.show, name="jobs"),
    path("jobs/<int:number>/", jobs.job, name="jobs-job"),
    path("experiments/", experiments.show, name="experiments"),
    path("experiments/<int:key>/", experiments.one, name="experiments-one"),
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
]

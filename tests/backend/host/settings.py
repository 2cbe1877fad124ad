"""A Django project that had its own videos before it met Foreview."""

from __future__ import annotations

import tempfile

import environ

SECRET_KEY = "a key of the tests"
DEBUG = False
DATABASES = {"default": {**environ.Env().db_url("DATABASE_URL", default="sqlite:///:memory:"), "TEST": {"NAME": None}}}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["TEST"]["NAME"] = "test_foreview_host"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django_tasks",
    "django_tasks_db",
    "tests.backend.host.library",
    "downloader",
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "config.urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
TIME_ZONE = "Asia/Kolkata"

FOREVIEW = {
    "RELEASES": tempfile.mkdtemp(prefix="foreview-host-"),
    "TIMEZONE": "America/Los_Angeles",
    "DELAY_HOURS": 24,
    "VIDEO": {
        "model": "library.Clip",
        "migration": "0002_clip",
        "usable": {"state__in": ["public", "unlisted"]},
        "fields": {
            "title": "name",
            "description": "blurb",
            "duration": "seconds",
            "published_at": "released",
            "channel_id": "show__handle",
            "channel_followers": "show__followers",
            "tags": "labels",
            "transcript": "spoken_words",
            "ml_predicted_views_30d": "expected_views",
        },
    },
    "ANALYTICS": {
        "model": "library.ClipDay",
        "fields": {"video": "clip", "date": "day", "views": "plays", "likes": "hearts"},
    },
    "EARNINGS": {"model": "library.ClipIncome", "fields": {"video": "clip", "date": "day", "revenue_usd": "dollars"}},
}

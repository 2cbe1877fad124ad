"""The site's addresses."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from downloader.api.root import api

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
]

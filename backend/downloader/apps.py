"""The app ``downloader``: videos, their analytics and earnings, and the forecasts made of them."""

from django.apps import AppConfig


class DownloaderConfig(AppConfig):
    name = "downloader"
    verbose_name = "Foreview"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from downloader import checks  # noqa: F401  (importing registers them)

"""What the admin shows: a module for each part of the site. Importing them registers their models."""

from downloader.admin import access, jobs, releases, videos, watching

__all__ = ["access", "jobs", "releases", "videos", "watching"]

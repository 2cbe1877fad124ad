"""What the admin shows: a module for each part of the site. Importing them registers their models."""

from downloader.admin import access, imports, jobs, releases, videos, watching

__all__ = ["access", "imports", "jobs", "releases", "videos", "watching"]

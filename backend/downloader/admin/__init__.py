"""What the admin shows: a module for each part of the site. Importing them registers their models."""

from downloader.admin import access, connections, imports, jobs, releases, videos, watching

__all__ = ["access", "connections", "imports", "jobs", "releases", "videos", "watching"]

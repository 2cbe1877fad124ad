"""Videos, what was observed of them, the forecasts made of them, and the jobs that make them."""

from downloader.models.analytics import VideoAnalytics, VideoSnapshot
from downloader.models.earnings import AdSenseEarnings
from downloader.models.job import DueTime, Job, JobState
from downloader.models.prediction import MLPrediction
from downloader.models.video import VideoDownload

__all__ = [
    "AdSenseEarnings",
    "DueTime",
    "Job",
    "JobState",
    "MLPrediction",
    "VideoAnalytics",
    "VideoDownload",
    "VideoSnapshot",
]

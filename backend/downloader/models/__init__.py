"""Videos, what was observed of them, the forecasts made of them, and the releases that made these."""

from downloader.models.analytics import VideoAnalytics, VideoSnapshot
from downloader.models.earnings import AdSenseEarnings
from downloader.models.ledger import LedgerHead, LedgerRow
from downloader.models.prediction import MLPrediction
from downloader.models.release import Promotion, Release
from downloader.models.video import VideoDownload

__all__ = [
    "AdSenseEarnings",
    "LedgerHead",
    "LedgerRow",
    "MLPrediction",
    "Promotion",
    "Release",
    "VideoAnalytics",
    "VideoDownload",
    "VideoSnapshot",
]

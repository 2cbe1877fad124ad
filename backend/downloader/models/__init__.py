"""Videos, what was observed of them, and the forecasts made of them."""

from downloader.models.analytics import VideoAnalytics, VideoSnapshot
from downloader.models.earnings import AdSenseEarnings
from downloader.models.prediction import MLPrediction
from downloader.models.video import VideoDownload

__all__ = ["AdSenseEarnings", "MLPrediction", "VideoAnalytics", "VideoDownload", "VideoSnapshot"]

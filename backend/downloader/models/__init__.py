"""Videos, what was observed of them, the forecasts made of them, the releases that made these, imports, jobs, and who may see them."""

from downloader.models.access import ApiKey, AuditEntry, Membership
from downloader.models.alert import Alert, MetricRegime
from downloader.models.analytics import VideoAnalytics, VideoSnapshot
from downloader.models.connection import (
    ConnectedVideo,
    Connection,
    ConnectionKind,
    ConnectionReading,
    ConnectionState,
    QuotaUse,
)
from downloader.models.earnings import AdSenseEarnings
from downloader.models.experiment import Experiment
from downloader.models.imports import ImportRun, StoredAnswer
from downloader.models.job import DueTime, Job, JobState
from downloader.models.ledger import LedgerHead, LedgerRow
from downloader.models.prediction import MLPrediction
from downloader.models.release import Promotion, Release
from downloader.models.sharing import SharedLink
from downloader.models.standing import VideoStanding
from downloader.models.video import VideoDownload

__all__ = [
    "AdSenseEarnings",
    "Alert",
    "ApiKey",
    "AuditEntry",
    "ConnectedVideo",
    "Connection",
    "ConnectionKind",
    "ConnectionReading",
    "ConnectionState",
    "DueTime",
    "Experiment",
    "ImportRun",
    "Job",
    "JobState",
    "LedgerHead",
    "LedgerRow",
    "MLPrediction",
    "Membership",
    "MetricRegime",
    "Promotion",
    "QuotaUse",
    "Release",
    "SharedLink",
    "StoredAnswer",
    "VideoAnalytics",
    "VideoDownload",
    "VideoSnapshot",
    "VideoStanding",
]

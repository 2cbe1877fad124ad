"""Two releases compared in service: who serves a video, which is better, and which may be promoted."""

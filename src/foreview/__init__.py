"""Honest forecasts of how an online video will do."""

"""Scores: peer comparison, anomaly, the lead ranker; MLflow in and out."""

"""Sections of the third lecture, by what they are about."""

CYCLICAL = "3.2 Up and down in straight lines"
RANGE_TEST = "3.3 One short run over all rates"
READING = "3.4 Reading the curve"
RESTARTS = "3.5 Half a cosine, then from the top"
SNAPSHOTS = "3.6 Train once, keep several models"
ENSEMBLE = "3.7 Many models, one decision"
DIVERSITY = "3.8 Models that err on different examples"

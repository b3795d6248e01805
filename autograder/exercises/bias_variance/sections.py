"""Sections of the fifth lecture, by what they are about."""

ESTIMATORS = "5.1 Bias and variance of an estimator"
SAMPLE_VARIANCE = "5.2 Two sample variances, and neither is best"
DECOMPOSITION = "5.3 One error in three parts"
DIAGNOSIS = "5.4 What two gaps suggest"
CROSS_VALIDATION = "5.5 Every example validates once"
EARLY_STOPPING = "5.6 Stopping early turns two knobs at once"

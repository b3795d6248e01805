"""Sections of the sixth lecture, by what they are about."""

DIRECT = "6.1 A new network for every example"
INVERTED = "6.2 Inverted dropout: scale while training"
ALL_MASKS = "6.3 Every network at once"
PENALTY = "6.4 What dropout adds to the error of a linear unit"
RIDGE = "6.5 A ridge for each feature"
AVERAGE = "6.6 The average that one pass computes"

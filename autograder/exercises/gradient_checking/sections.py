"""Sections of the fourth lecture, by what they are about."""

DIFFERENCES = "4.1 A derivative from two values"
STEP = "4.2 Truncation against round-off: which step?"
ONE_VECTOR = "4.3 All parameters in one vector"
HOW_CLOSE = "4.4 How close is close?"
BLOCKS = "4.5 One number for each block"
PITFALLS = "4.6 Where the check itself goes wrong"
CLINIC = "4.7 Reading the pattern of a fault"

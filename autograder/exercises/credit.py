"""What a wrong answer may still be worth, as a share of the points."""

# Worth points although it is wrong: the formula is right and one kind of input is not looked after.
SLIP = 0.75
# In a function that was given with two faults, or with one in two places, one of them is mended.
HALF_MENDED = 0.5

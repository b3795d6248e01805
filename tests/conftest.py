"""What is not a test: the sample class, whose notebooks are broken on purpose."""

collect_ignore = ["submissions"]

"""The course as web pages: `make site`, or `python -m website`.

What stands in the repository is staged as one folder of sources (`sources`), which Sphinx builds with the
settings in `conf`. Nothing is executed, and no page asks another machine for anything.
"""

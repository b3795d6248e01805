"""nbgrader's own tests of `nbgrader autograde`, unchanged, with our settings: `make nbgrader-suite`."""

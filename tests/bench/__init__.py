"""Speed, always beside a peer and in one run: `make bench`."""

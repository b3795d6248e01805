"""The proof of the wall: it is attacked from inside where it stands, before anything is graded behind it."""

"""Imported before nbformat, it saves two seconds.

jsonschema checks international web addresses where it can, and rfc3987_syntax, with which it can, compiles
their grammar whenever it is imported. Nothing that this package validates holds such an address.
"""

import sys


if "jsonschema" not in sys.modules and "rfc3987_syntax" not in sys.modules:
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # importing it fails
    try:
        import jsonschema  # noqa: F401
    finally:
        del sys.modules["rfc3987_syntax"]

"""Imported before nbformat, it saves two seconds.

jsonschema checks addresses, durations, colours and more of that kind where it can. rfc3987_syntax, with which
it can, compiles a grammar whenever it is imported, and the others bring whole libraries. Nothing that this
package validates holds any of them.
"""

import sys


FORMATS = (
    "fqdn",
    "isoduration",
    "rfc3339_validator",
    "rfc3986_validator",
    "rfc3987_syntax",
    "uri_template",
    "webcolors",
)

if "jsonschema" not in sys.modules:
    _left_out = [name for name in FORMATS if name not in sys.modules]
    sys.modules |= dict.fromkeys(_left_out)  # type: ignore[arg-type]  # importing them fails
    try:
        import jsonschema  # noqa: F401
    finally:
        for _name in _left_out:
            del sys.modules[_name]

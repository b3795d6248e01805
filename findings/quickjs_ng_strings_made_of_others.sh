#!/usr/bin/env bash
# quickjs-ng 0.17.0.2 on Python 3.11.
#
# A string that a JavaScript function has put together of others, as long as some kilobytes, is kept by the engine
# as a rope, which the wrapper does not know: calling the function raises TypeError, "Unknown quickjs tag". Short
# ones come back, so a converter works on every example and fails on the first long text. JSON.stringify, or
# anything else that writes the string in one piece, helps.
#
# Seen:
# short: 20
# long: TypeError, Unknown quickjs tag
# long as JSON: 20000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check quickjs-ng==0.17.0.2
cat > "$folder/look.py" <<'PYTHON'
import json

import quickjs

context = quickjs.Context()
together = context.eval("(a, b) => a + b")
print("short:", len(together("a" * 10, "b" * 10)))
try:
    print("long:", len(together("a" * 10_000, "b" * 10_000)))
except TypeError as error:
    print("long: TypeError,", str(error).partition(":")[0])
as_json = context.eval("(a, b) => JSON.stringify(a + b)")
print("long as JSON:", len(json.loads(as_json("a" * 10_000, "b" * 10_000))))
PYTHON
"$folder/venv/bin/python" "$folder/look.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
short: 20
long: TypeError, Unknown quickjs tag
long as JSON: 20000
SEEN

#!/usr/bin/env bash
# distributed 2026.8.0, dask 2026.8.0 on Python 3.11.
#
# A future knows its client: `future.result()` goes to the client that made it. `wait([future])` and
# `as_completed([future])` do not: they ask for the default client of the process. A client made with
# set_as_default=False, as a library does that must not take over its caller's client, therefore cannot wait
# for its own futures; and where the process has another default client, it is this one that waits. Within
# `client.as_current()` both work.
#
# Seen:
# result: 2
# wait: ValueError, no client found
# as_completed: ValueError, no client found
# wait as current: 1 done
# as_completed as current: 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check distributed==2026.8.0 dask==2026.8.0
cat > "$folder/look.py" <<'PYTHON'
from distributed import Client, as_completed, wait

if __name__ == "__main__":
    settings = {"n_workers": 1, "processes": False, "dashboard_address": None, "set_as_default": False}
    with Client(**settings) as client:
        future = client.submit(lambda: 2)
        print("result:", future.result())
        for name, ask in (("wait", wait), ("as_completed", as_completed)):
            try:
                ask([future])
            except ValueError as error:
                print(f"{name}: ValueError,", str(error).splitlines()[0].lower().replace("clients", "client"))
        with client.as_current():
            print("wait as current:", len(wait([future]).done), "done")
            print("as_completed as current:", next(as_completed([future])).result())
PYTHON
"$folder/venv/bin/python" "$folder/look.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
result: 2
wait: ValueError, no client found
as_completed: ValueError, no client found
wait as current: 1 done
as_completed as current: 2
SEEN
echo "as described"

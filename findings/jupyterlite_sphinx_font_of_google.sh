#!/usr/bin/env bash
# jupyterlite-sphinx 0.23.0, sphinx 8.2.3 on Python 3.11.
#
# Whoever adds jupyterlite-sphinx to a site asks Google for a font on every page, also where no directive of it
# is used: `setup` adds a style sheet from fonts.googleapis.com, no option leaves it out, and it blocks the first
# text until it has come. `jupyter lite build` into the folder of the site makes the same JupyterLite without it.
#
# Seen:
# asked on a page without JupyterLite: https://fonts.googleapis.com/css?family=Vibur
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jupyterlite-sphinx==0.23.0 sphinx==8.2.3
mkdir "$folder/source"
echo 'extensions = ["jupyterlite_sphinx"]' > "$folder/source/conf.py"
printf 'Title\n=====\n\nWords.\n' > "$folder/source/index.rst"
# JupyterLite itself is not built: the style sheet comes with the extension.
PATH="$folder/venv/bin:$PATH" "$folder/venv/bin/sphinx-build" -q -D html_theme=basic "$folder/source" "$folder/html" \
    > "$folder/log" 2>&1 || true
grep -o 'https://fonts[^"]*' "$folder/html/index.html" |
    sed 's/^/asked on a page without JupyterLite: /' | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
asked on a page without JupyterLite: https://fonts.googleapis.com/css?family=Vibur
SEEN

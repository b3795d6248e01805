#!/usr/bin/env bash
# nbgrader 0.9.6, nbconvert 7.17.2, with node 20.
#
# The page on which submissions are marked by hand in formgrader asks cdnjs.cloudflare.com for MathJax, whatever
# HTMLExporter.mathjax_url says, since its template calls the macro without an address. Where that server cannot
# be reached, more is lost than formulas: the page takes `MathJax` to be there when it sets up scrolling, which
# comes before the keys. So Tab, Control-. and all the others that its help promises do nothing.
#
# Seen:
# calls of the macro with an address: 0
# its address, if none is given, begins with: https://cdnjs.cloudflare.com/
# with MathJax: 9 keys
# without: ReferenceError: MathJax is not defined, 0 keys
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps nbgrader==0.9.6 nbconvert==7.17.2
formgrader=$(echo "$folder"/venv/lib/python3.*/site-packages/nbgrader/server_extensions/formgrader)
macro=$folder/venv/share/jupyter/nbconvert/templates/base/mathjax.html.j2
{
    echo "calls of the macro with an address: $(grep -c 'mathjax([^)]' "$formgrader/templates/formgrade/index.html.j2" || true)"
    echo "its address, if none is given, begins with: $(grep -o 'https://[^/]*/' "$macro" | head -1)"
} | tee "$folder/seen"
cat > "$folder/look.js" <<'NODE'
const fs = require("fs"), vm = require("vm");

// Whatever is asked of jQuery and the page, it is there and does nothing.
const anything = new Proxy(function () {}, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => "0" : anything),
  apply: () => anything,
  construct: () => anything,
});

function keys(more) {
  const registered = [];
  class KeyboardManager {
    register({ help }) { registered.push(help); }
  }
  const page = vm.createContext({
    $: anything, _: { bind: (f, self) => f.bind(self) }, location: { search: "" }, document: anything,
    history: anything, window: anything, Grades: anything, Comments: anything, KeyboardManager, base_url: "", submission_id: "",
    decodeURIComponent, parseInt, RegExp, ...more,
  });
  vm.runInContext(fs.readFileSync(process.argv[2], "utf8"), page);
  let error = "";
  try {
    vm.runInContext("new FormGrader('', '').init()", page);
  } catch (problem) {
    error = `${problem.name}: ${problem.message}, `;
  }
  return `${error}${registered.length} keys`;
}

console.log("with MathJax:", keys({ MathJax: { Hub: { Startup: { signal: { Interest() {} } } } } }));
console.log("without:", keys({}));
NODE
node "$folder/look.js" "$formgrader/static/js/formgrade.js" | tee -a "$folder/seen"
diff "$folder/seen" - <<'SEEN'
calls of the macro with an address: 0
its address, if none is given, begins with: https://cdnjs.cloudflare.com/
with MathJax: 9 keys
without: ReferenceError: MathJax is not defined, 0 keys
SEEN
echo "as described"

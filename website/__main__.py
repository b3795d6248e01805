"""Build the site: `python -m website` writes it to `.site/html`, from where any web server can serve it."""

import argparse
import os
import sys
import time
from pathlib import Path

from website import lite
from website.sources import ROOT, stage


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m website", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / ".site", help="where to build (default: .site)")
    parser.add_argument(
        "--repository", default="", help="address of the repository on the web, for links to Binder"
    )
    asked = parser.parse_args(arguments)
    started = time.perf_counter()
    folder = asked.folder.resolve()
    stage(folder, lambda what: print(f"   {what}", flush=True))
    os.environ |= {"SITE_EXTRA": str(folder / "extra"), "SITE_REPOSITORY": asked.repository}
    if failed := _sphinx(folder):
        return failed
    print("   JupyterLite", flush=True)
    bundles = {path.stem: path for path in sorted((folder / "extra" / "download").glob("*.zip"))}
    lite.build(bundles, folder / "lite", folder / "html" / "lite")
    print(f"   {folder / 'html' / 'index.html'} is there, after {time.perf_counter() - started:.0f} seconds.")
    return 0


def _sphinx(folder: Path) -> int:
    from sphinx.cmd.build import build_main

    options = ["--quiet", "--fail-on-warning", "--keep-going", "--fresh-env", "--builder", "html"]
    places = ["--conf-dir", str(Path(__file__).parent), "--doctree-dir", str(folder / "doctrees")]
    return build_main([*options, *places, str(folder / "source"), str(folder / "html")])


if __name__ == "__main__":
    sys.exit(main())

"""What a reader can do with a page: run it, or take it along."""

import os
from html import escape
from typing import Any
from urllib.parse import quote, urlsplit


def add(app: Any, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the links of a lecture or an assignment below its title, as Sphinx asks for each page."""
    folder, _, name = pagename.partition("/")
    if folder in ("lectures", "assignments") and name != "index" and "body" in context:
        links = "".join(
            f'<a href="{escape(address)}"{" download" if "/download/" in address else ""}>{words}</a>'
            for words, address in actions(folder, name, os.environ.get("SITE_REPOSITORY", ""))
        )
        context["body"] = context["body"].replace("</h1>", f'</h1>\n<p class="actions">{links}</p>', 1)


def actions(folder: str, name: str, repository: str) -> list[tuple[str, str]]:
    """Words and address of each link; `repository` is where the course lies on the web, if anywhere."""
    path = quote(f"{folder}/{name}.ipynb")
    found = [("Run it in this browser", f"../lite/lab/index.html?path={path}")]
    if folder == "lectures":
        found.append(("Download the notebook", f"../download/{name}.ipynb"))
        if binder := _binder(repository, f"notebooks/lectures/{name}.ipynb"):
            found.append(("Run it on Binder", binder))
        return [*found, ("Go to the assignment", f"../assignments/{name}.html")]
    return [
        *found,
        ("Download what you need to solve it", f"../download/{name}.zip"),
        ("Go to the lecture", f"../lectures/{name}.html"),
    ]


def _binder(repository: str, notebook: str) -> str:
    """Binder's address of a notebook in a public repository of GitHub or GitLab; empty for any other."""
    address = urlsplit(repository)
    kinds = {"github.com": "gh", "gitlab.com": "gl"}
    if address.hostname not in kinds:
        return ""
    owner, _, name = address.path.strip("/").removesuffix(".git").rpartition("/")
    owner = quote(owner, safe="") if address.hostname == "gitlab.com" else owner
    separator = "%2F" if address.hostname == "gitlab.com" else "/"
    place = f"{kinds[address.hostname]}/{owner}{separator}{name}/HEAD"
    return f"https://mybinder.org/v2/{place}?urlpath={quote(f'lab/tree/{notebook}', safe='')}"

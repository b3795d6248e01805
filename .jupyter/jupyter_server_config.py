"""Settings of JupyterLab for this course; `make lab` points JUPYTER_CONFIG_PATH here."""

import os
import platform
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager


class Contents(AsyncLargeFileManager):
    """Names the Python at hand in each notebook: JupyterLab marks one of another Python as unsaved."""

    async def get(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        model = await super().get(*args, **kwargs)
        if model["type"] == "notebook" and model["content"] is not None:
            language = model["content"]["metadata"].get("language_info", {})
            if language.get("name") == "python" and "version" in language:
                language["version"] = platform.python_version()
        return model


c = get_config()  # noqa: F821  (defined where Jupyter runs this file)

# Open on the page that says what is where, and ask no server for news.
c.LabApp.default_url = "/lab/tree/README.md"
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
c.ServerApp.contents_manager_class = Contents
# Encrypt the traffic of kernels where they can, without a warning where they cannot.
c.KernelManager.transport_encryption = "auto"
# Kernels inherit this: with small matrices a second thread takes a processor and makes nothing quicker.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

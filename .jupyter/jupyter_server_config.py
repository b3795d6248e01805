"""Settings of JupyterLab for this course; `make lab` points JUPYTER_CONFIG_PATH here."""

c = get_config()  # noqa: F821  (defined where Jupyter runs this file)

# Open on the page that says what is where, and ask no server for news.
c.LabApp.default_url = "/lab/tree/README.md"
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
# Encrypt the traffic of kernels where they can, without a warning where they cannot.
c.KernelManager.transport_encryption = "auto"

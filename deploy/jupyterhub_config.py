"""A classroom on one machine: students fetch, hand in and read their feedback; instructors grade.

README.md beside this file says how to set it up. Every path is told from where this file lies, so that the
folder may lie anywhere where everybody of the class may read.
"""

import grp
import pwd
from pathlib import Path
from typing import Any


HERE = Path(__file__).resolve().parent
# The checkout with solutions, gradebook and hand-ins: the account of a student must not be able to enter it.
COURSE = HERE / "course"
# Groups of this machine say who may log in, and as what: nobody is named here.
STUDENTS, INSTRUCTORS = "advsec-students", "advsec-instructors"

c: Any = get_config()  # noqa: F821  (defined where JupyterHub runs this file)

# Everybody logs in with an account of this machine, and each server runs as its owner. That is what keeps
# students out of each other's work: the exchange relies on the permissions of files.
c.JupyterHub.authenticator_class = "pam"
c.LocalAuthenticator.allowed_groups = {STUDENTS, INSTRUCTORS}
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
# For this machine alone: a web server in front adds TLS, without which passwords could be read on the way.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
# On one domain a page of one user could act in that of another who opens it. With a domain of the classroom's
# own, and every user.classroom.example.org leading here, browsers keep them apart:
# c.JupyterHub.subdomain_host = "https://classroom.example.org"


def prepare(spawner: Any) -> None:
    """An instructor's server has the course and formgrader; a student's has neither."""
    # Many systems let everybody read a new home.
    Path(pwd.getpwnam(spawner.user.name).pw_dir).chmod(0o700)
    settings = [HERE / "settings" / "everybody"]
    if spawner.user.name in grp.getgrnam(INSTRUCTORS).gr_mem:
        environment = COURSE / ".venv"
        settings += [HERE / "settings" / "instructors", COURSE]
        spawner.notebook_dir = str(COURSE)
        # In JupyterLab formgrader is a frame, which JupyterHub forbids for good reasons. So it is a page of
        # its own here, on which instructors begin; JupyterLab is at /user/NAME/lab.
        spawner.default_url = "/formgrader"
    else:
        # Without the reference: its `autograder` is that of the handed-out wheel.
        environment = HERE / "students"
        settings += [HERE / "settings" / "students"]
        spawner.default_url = "/lab"
    spawner.cmd = [str(environment / "bin" / "python"), "-m", "jupyterhub.singleuser"]
    spawner.environment = {
        # nbgrader calls `alembic` by name, and people `autograder`.
        "PATH": f"{environment / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "JUPYTER_CONFIG_PATH": ":".join(map(str, settings)),
    }


c.Spawner.pre_spawn_hook = prepare

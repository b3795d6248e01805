"""An archive from a learning platform to submissions: `autograder collect`.

Every byte of the archive is a stranger's. It is read under caps (`archive`), and no path of it is ever used
as a path: the names of entries only say whose notebooks they are (`claims`). How each platform names what it
packs is in a module of its own (`platforms`), and so is what people pack themselves (`plain`); which of them
it is, is decided for the archive as a whole (`layout`), or the whole is refused. `collecting` accounts for
every entry, and `writing` puts what is collected where grading looks for it.
"""

from autograder.collect.collecting import REFUSED, SKIPPED, Collection, Entry, collect
from autograder.collect.writing import folder_name, student_name


__all__ = ["REFUSED", "SKIPPED", "Collection", "Entry", "collect", "folder_name", "student_name"]

"""One module per platform: how it names what it packs, and from which of its versions that is known."""

from autograder.collect.platforms.blackboard import BLACKBOARD
from autograder.collect.platforms.brightspace import BRIGHTSPACE
from autograder.collect.platforms.canvas import CANVAS
from autograder.collect.platforms.exchange import EXCHANGE
from autograder.collect.platforms.google_classroom import GOOGLE_CLASSROOM
from autograder.collect.platforms.gradescope import GRADESCOPE
from autograder.collect.platforms.ilias import ILIAS
from autograder.collect.platforms.moodle import MOODLE
from autograder.collect.platforms.sakai import SAKAI


PLATFORMS = (
    CANVAS,
    MOODLE,
    BLACKBOARD,
    BRIGHTSPACE,
    GRADESCOPE,
    SAKAI,
    GOOGLE_CLASSROOM,
    ILIAS,
    EXCHANGE,
)

__all__ = ["PLATFORMS"]

"""Every case of the corpus ends as it must, behind the wall, and harms nobody."""

from html.parser import HTMLParser

import pytest

from autograder import submission
from autograder.endings import ending
from autograder.flags import flags
from autograder.notebook import sources
from autograder.results import Result
from tests.hostile.corpus import NAME, Case
from tests.hostile.families import CASES
from tests.hostile.laboratory import Graded, Laboratory, release


def case_name(case: Case) -> str:
    return f"{case.id} {case.title}"


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_a_case_ends_as_it_must(case: Case, laboratory: Laboratory) -> None:
    if not laboratory.can_run(case):
        pytest.skip(f"promised from the tier {case.tier!r} on, here is {laboratory.choice.tier!r}")
    check(case, laboratory)


def check(case: Case, laboratory: Laboratory) -> None:
    """Grade the case; AssertionError says in what it ends differently."""
    with laboratory.unharmed(case):
        graded = laboratory.run(case)
    check_ending(case, graded.result)
    check_words(case, graded)
    check_flags(case, graded.result)
    check_secrets(case, graded, laboratory)
    if case.also:
        case.also(graded.result)


def check_ending(case: Case, result: Result) -> None:
    if case.ends != "graded":
        assert (result.outcome, result.score) == ("rejected", None), result.reason
        assert result.reason.startswith(submission.REASONS[case.ends].format(assignment=NAME)), result.reason
        return
    assert result.outcome == "graded", result.reason
    for judgement in result.judgements:
        name, finding = judgement.exercise, judgement.finding
        assert judgement.score == case.scores.get(name, judgement.max_score), judgement
        assert (finding.kind if finding else None) == case.findings.get(name), judgement
    assert {*case.scores, *case.findings} <= {judgement.exercise for judgement in result.judgements}


def check_words(case: Case, graded: Graded) -> None:
    read = words(graded.result)
    for text in case.says:
        assert text in read, read
    tags = tags_of(graded.artefacts["the page"])
    for text in case.tags_lack:
        assert text not in tags
    for text in case.page_lacks:
        assert text not in graded.artefacts["the page"]


def tags_of(page: str) -> str:
    """The tags of a page as they stand on it: what can do something, and none of what is only shown."""

    class Tags(HTMLParser):
        found = ""

        def handle_starttag(self, tag: str, attributes: object) -> None:
            self.found += self.get_starttag_text() or ""

    parser = Tags()
    parser.feed(page)
    return parser.found


def check_flags(case: Case, result: Result) -> None:
    """What is named is flagged, in a class of others; of honest students nothing else is."""
    others = (Result(name, NAME, "graded", "", 6.0, 6.0) for name in ("ada", "bob"))
    found = flags((result, *others), case.assignment, sources(release())).get(case.student, ())
    kinds = {flag.kind for flag in found}
    assert kinds >= set(case.flags), found
    assert kinds == set(case.flags) or not case.id.startswith("HS"), found


def check_secrets(case: Case, graded: Graded, laboratory: Laboratory) -> None:
    for secret, texts in laboratory.secrets(case, graded.result).items():
        for name, artefact in graded.artefacts.items():
            assert not any(text in artefact for text in texts), f"{secret} in {name}"


def words(result: Result) -> str:
    """What the student reads, apart from their own cells."""
    texts = [result.reason, *result.notes]
    texts += [judgement.finding.message for judgement in result.judgements if judgement.finding]
    for record in result.cells:
        texts += [output.text for output in record.result.outputs] if record.result else []
        texts += [ending(record.stopped)] if record.stopped else []
    return "\n".join(texts)

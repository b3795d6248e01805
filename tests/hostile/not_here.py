"""Rows of the catalogue that are no case of the corpus, and why."""

NOT_HERE: dict[str, str] = {
    "GT32": "one folder holds one attempt; which one that is `autograder collect` decides: test_collect.py",
    "GT33": "names are compared when an archive is collected, in one normal form: test_collect.py",
    "GT36": "no submission is involved: points are part of the key of a result (batch.jobs, grader_version)",
    "HS09": "no exercise of the two takes whole numbers for an answer: test_compare.py",
    "HS48": "one folder holds one attempt; `autograder collect` says which ones it left out: test_collect.py",
    "EX25": "no submission can kill the driver: test_survivors.py does",
    "EX33": "a hole in the kernel is not ours to try; a virtual machine around the grader is the answer",
    "VW21": "it is a person who opens a notebook in Jupyter; the page shows all there is to see of it",
}

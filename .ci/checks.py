"""The result of each check: printed, and added to the file that .ci/run counts."""

import os


def report(claim, problems):
    """Reports that a claim holds, or its problems. Returns whether it holds."""
    problems = list(problems)
    with open(os.environ["CHECKS"], "a", encoding="utf-8") as checks:
        checks.write(f"{'failed' if problems else 'passed'} {claim}\n")
    print(f"{'FAILED' if problems else 'passed'}  {claim}", flush=True)
    for problem in problems:
        print(f"          {problem}", flush=True)
    return not problems

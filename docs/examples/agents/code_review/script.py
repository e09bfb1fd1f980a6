"""Writes the review in a model's place: what the checks have found on the lines that the change has added."""

from interlock_agents import PolicyCall, PolicyMove

GRAVEST = ["error", "warning", "note"]
CHECKS = ["lint", "dependencies", "security"]


def policy(call: PolicyCall) -> PolicyMove:
    added = call.values["diff"]["lines"]
    missing = [name for name in CHECKS if call.values[name] is None]
    findings = [
        finding
        for name in CHECKS
        if name not in missing
        for finding in call.values[name]["findings"]
        if finding["line"] in added.get(finding["file"], [])
    ]
    findings.sort(
        key=lambda each: (GRAVEST.index(each["severity"]), each["file"], each["line"], each["rule"])
    )
    errors = sum(finding["severity"] == "error" for finding in findings)
    summary = (
        f"{len(findings)} findings on {sum(map(len, added.values()))} added lines, {errors} of them errors."
    )
    if missing:
        summary += f" Not checked: {', '.join(missing)}."
    verdict = "request_changes" if errors else "comment" if findings or missing else "approve"
    return call.say({"verdict": verdict, "summary": summary, "findings": findings, "missing": missing})

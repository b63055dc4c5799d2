// Problem matchers, as VS Code and as GitHub Actions apply them to the lines of an output.

/** Adds the groups that a pattern names. Only the message may have parts in several lines. */
function fill(problem, pattern, match) {
  for (const key of ["file", "message", "code", "severity", "line", "column"]) {
    const value = pattern[key] === undefined ? undefined : match[pattern[key]];
    if (problem[key] === undefined && value !== undefined) {
      problem[key] = ["line", "column"].includes(key) ? Number(value) : value.trim();
    } else if (key === "message" && value !== undefined) {
      problem[key] += `\n${value.trim()}`;
    }
  }
}

/** VS Code calls a note "info", and gives every severity that it does not know that of the matcher. */
function severityInVsCode(severity, matcher) {
  return { error: "error", warning: "warning", note: "info", info: "info" }[severity] ?? matcher.severity;
}

/** Returns the problems that VS Code finds in `lines` with the matcher of this name. */
export function problemsInVsCode(contributes, name, lines) {
  const matcher = contributes.problemMatchers.find((matcher) => matcher.name === name);
  const named = contributes.problemPatterns.find((pattern) => `$${pattern.name}` === matcher.pattern);
  const patterns = named.patterns ?? [named];
  const problems = [];
  let buffer = [];
  for (const line of lines) {
    buffer = [...buffer, line].slice(-patterns.length);
    const matches = buffer.map((line, at) => new RegExp(patterns[at].regexp).exec(line));
    if (buffer.length < patterns.length || matches.includes(null)) {
      continue;
    }
    const problem = {};
    matches.forEach((match, at) => fill(problem, patterns[at], match));
    if (problem.file && problem.line && problem.message) {
      problems.push({ ...problem, severity: severityInVsCode(problem.severity, matcher) });
      buffer = [];
    }
  }
  return problems;
}

/** Returns the annotations that GitHub Actions makes of `lines` with one matcher of a file. */
export function problemsOnGitHub(matcher, lines) {
  const patterns = matcher.pattern;
  const problems = [];
  let state = [];
  for (const line of lines) {
    const next = [];
    for (let at = patterns.length - 1; at >= 0; at -= 1) {
      const match = at === 0 || state[at - 1] ? new RegExp(patterns[at].regexp).exec(line) : null;
      if (match === null) {
        continue;
      }
      const problem = { ...(at === 0 ? {} : state[at - 1]) };
      fill(problem, patterns[at], match);
      next[at] = problem;
      if (at === patterns.length - 1) {
        next.length = 0;
        const severity = problem.severity || matcher.severity || "error";
        // Others are skipped.
        if (["error", "warning", "notice"].includes(severity)) {
          problems.push({ ...problem, severity });
        }
        break;
      }
    }
    state = next;
  }
  return problems;
}

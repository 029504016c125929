/**
 * Reads vitest's JSON report. Prints `passed failed skipped`, or, with `--unexpected-skips`, the tests that were left out
 * though nothing allows it, and ends with code 1 where there are any.
 */
import { readFileSync } from "node:fs";

/** The one reason to leave a test out: the large data set is not part of a clone. */
const ALLOWED_SKIP = "needs the large data set";

const args = process.argv.slice(2);
const listSkips = args[0] === "--unexpected-skips";
const report = JSON.parse(readFileSync(args.at(-1), "utf8"));
const tests = report.testResults.flatMap((file) => file.assertionResults);

if (listSkips) {
  const unexpected = tests.filter((test) => isSkipped(test) && !test.fullName.includes(ALLOWED_SKIP));
  for (const test of unexpected) console.log(`left out: ${test.fullName}`);
  process.exitCode = unexpected.length === 0 ? 0 : 1;
} else {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(isFailed),
  );
  const failed = tests.filter(isFailed).length + brokenFiles.length;
  const passed = tests.filter((test) => test.status === "passed").length;
  console.log(passed, failed, tests.filter(isSkipped).length);
}

function isFailed(test) {
  return test.status === "failed";
}

function isSkipped(test) {
  return test.status !== "passed" && test.status !== "failed";
}

/** Progress goes to standard error. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

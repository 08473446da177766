/** By field, whether a message that stands before it says it already. */
const SAID: ReadonlyMap<string, (message: string, value: unknown) => boolean> = new Map([
  ["missing", () => true],
  ["dropped", () => true],
  ["end", (message: string) => /: (exit code \d|SIG|signal \d)/.test(message)],
  ["ranMs", (message: string) => /(exit code|SIG|signal).* after \d/.test(message)],
  [
    "exitCode",
    (message: string, code: unknown) => message.match(/exit code (\d+)/)?.[1] === `${code}`,
  ],
  [
    "because",
    (message: string, why: unknown) =>
      why === "commandEnded" && message.startsWith("the command has ended"),
  ],
  ["ok", (message: string) => / (succeeded|failed): /.test(message)],
  ["detail", (message: string, detail: unknown) => message.endsWith(`: ${detail}`)],
]);

/** Whether the words of a line of the log say a field that stands beside them, so that a reader has it. */
export function isSaid(message: string, field: string, value: unknown): boolean {
  return SAID.get(field)?.(message, value) ?? false;
}

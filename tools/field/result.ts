/** What came of one input. */
export interface Result {
  readonly name: string;
  /** What is not as the input's first line expects, a sentence each. */
  readonly faults: readonly string[];
  /** Why it was not played. */
  readonly skipped?: string;
}

/** A file, or what came by standard input. */
export interface SourceFile {
  /** As a reader finds it. */
  readonly name: string;
  readonly text: string;
}

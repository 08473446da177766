import { commentsIn } from "../manifest/comments.ts";
import type { SourceFile } from "../manifest/source_file.ts";
import { closest } from "../spec/did_you_mean.ts";
import { quoted } from "../spec/visible.ts";
import { type Diagnostic, ofFile } from "./diagnostic.ts";
import { isRuleId, RULES } from "./finding.ts";

/** A comment `# koordinator-ignore: ID reason`; several ids are told apart by commas. */
interface Ignore {
  readonly ids: readonly string[];
  readonly reason: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** The line that it speaks of. */
  readonly about: number;
}

/** A diagnostic, and the lines on which a comment may speak of it. */
export interface Ignorable {
  readonly diagnostic: Diagnostic;
  readonly lines: ReadonlySet<number>;
}

/** Findings about comments that ignore are not ignored themselves. */
const ABOUT_COMMENTS: ReadonlySet<string> = new Set(["unused-ignore", "bare-ignore"]);

const IGNORE = /^koordinator-ignore\b\s*:?\s*([\w-]+(?:\s*,\s*[\w-]+)*)?[\s:,–—-]*(.*)$/;

/**
 * Leaves out what the comments of a file ignore, and adds what is wrong with the comments.
 *
 * @param wasJudged whether a rule has been applied at all: a comment about one that has not is not unused
 */
export function applyIgnores(
  file: SourceFile,
  found: readonly Ignorable[],
  wasJudged: (rule: string) => boolean,
): { readonly left: readonly Diagnostic[]; readonly ignored: number } {
  const ignores = ignoresIn(file);
  const used = new Set<string>();
  const kept = found.filter(({ diagnostic: { rule }, lines }) => {
    const matching = ignores.filter(({ ids, about }) => ids.includes(rule) && lines.has(about));
    for (const { line } of matching) used.add(`${line} ${rule}`);
    return matching.length === 0;
  });
  const faults = ignores.flatMap((ignore) => faultsOf(ignore));
  return {
    left: [...kept.map(({ diagnostic }) => diagnostic), ...faults],
    ignored: found.length - kept.length,
  };

  function faultsOf(ignore: Ignore): readonly Diagnostic[] {
    const { ids, reason } = ignore;
    if (ids.length === 0) {
      const message = "the comment ignores nothing: it names no rule";
      return [told(ignore, "unused-ignore", message, "# koordinator-ignore: RULE reason")];
    }
    const unused = ids.filter((id) => wasJudged(id) && !used.has(`${ignore.line} ${id}`));
    return [
      ...unused.map((id) => {
        if (isRuleId(id)) {
          const message = `${id} finds nothing here: the comment ignores nothing`;
          return told(ignore, "unused-ignore", message, "remove the comment, or the id from it");
        }
        const meant = closest(id, Object.keys(RULES));
        const hint = meant === undefined ? undefined : `did you mean ${meant}?`;
        return told(ignore, "unused-ignore", `there is no rule ${quoted(id)}`, hint);
      }),
      ...reason === ""
        ? [
          told(ignore, "bare-ignore", "the comment does not say why", "write the reason behind it"),
        ]
        : [],
    ];
  }

  function told(
    { line, column, length }: Ignore,
    rule: "unused-ignore" | "bare-ignore",
    message: string,
    hint: string | undefined,
  ): Diagnostic {
    const range = {
      file: file.name,
      start: { line, column },
      end: { line, column: column + length },
    };
    return ofFile({ rule, severity: "warning", message, hint, range, file });
  }
}

function ignoresIn({ text }: SourceFile): readonly Ignore[] {
  if (!text.includes("koordinator-ignore")) return [];
  return commentsIn(text).flatMap(({ text, line, column, about }): readonly Ignore[] => {
    const [whole, ids = "", reason = ""] = IGNORE.exec(text) ?? [];
    if (whole === undefined) return [];
    return [{
      ids: ids === "" ? [] : ids.split(/\s*,\s*/).filter((id) => !ABOUT_COMMENTS.has(id)),
      reason: reason.trim(),
      line,
      column,
      length: text.length + 2,
      about,
    }];
  });
}

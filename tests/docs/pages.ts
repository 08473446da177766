const ROOT = new URL("../../", import.meta.url);

/** A page of the documentation. */
export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every page in Markdown: those at the root and all below docs/. */
export async function readPages(): Promise<readonly Page[]> {
  const paths: string[] = [];
  const folders = ["", "docs/"];
  for (let folder; (folder = folders.pop()) !== undefined;) {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      if (name.endsWith(".md")) paths.push(`${folder}${name}`);
      else if (isDirectory && folder !== "") folders.push(`${folder}${name}/`);
    }
  }
  return await Promise.all(
    paths.sort().map(async (path) => ({
      path,
      text: await Deno.readTextFile(new URL(path, ROOT)),
    })),
  );
}

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** The fenced blocks of a page, in lists too, without their indentation. */
export function blocksOf({ text }: Page): readonly Block[] {
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map((found) => {
    const [, indent = "", language = "", body = ""] = found;
    const lines = body.split("\n").map((line) => line.slice(indent.length));
    return {
      language,
      text: lines.join("\n"),
      line: text.slice(0, found.index).split("\n").length,
    };
  });
}

/** The page without its fenced blocks. */
export function prose({ text }: Page): string {
  return text.replace(/^( *)```[\s\S]*?^\1```$/gm, "");
}

/** The text of all the program's sources. */
export async function sourceText(folder: URL = new URL("lib/", ROOT)): Promise<string> {
  const parts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) parts.push(await sourceText(new URL(`${name}/`, folder)));
    else if (name.endsWith(".ts")) parts.push(await Deno.readTextFile(new URL(name, folder)));
  }
  return parts.join("\n");
}

/** A picture that a page shows, and how it is drawn. */
export interface Picture {
  readonly page: string;
  readonly picture: URL;
  /** Of the call, after `koordinator`. */
  readonly words: readonly string[];
}

/** Where pictures of a play stand, from the root of the repository. */
export const PAGES_WITH_PICTURES = ["README.md", "docs/how-to/", "docs/symptoms/"] as const;

/** A call in the running text, then a picture: nothing but words between them. */
const SHOWN = /`koordinator (simulate [^`]*)`[^`!]*!\[[^\]]*\]\(([^)\s]+\.svg)\)/g;

/** All pictures of the pages, in their order. */
export async function* picturesOf(
  root: URL,
  places: readonly string[],
): AsyncGenerator<Picture> {
  for (const page of await pagesIn(root, places)) {
    const at = new URL(page, root);
    for (const [, call = "", link = ""] of (await Deno.readTextFile(at)).matchAll(SHOWN)) {
      yield { page, picture: new URL(link, at), words: call.trim().split(/\s+/) };
    }
  }
}

async function pagesIn(root: URL, places: readonly string[]): Promise<readonly string[]> {
  const pages: string[] = [];
  for (const place of places) {
    if (!place.endsWith("/")) pages.push(place);
    else {
      for await (const { name } of Deno.readDir(new URL(place, root))) {
        if (name.endsWith(".md")) pages.push(`${place}${name}`);
      }
    }
  }
  return pages.sort();
}

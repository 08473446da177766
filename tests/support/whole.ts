/**
 * `deno task whole` tries all cases of some long tables, and of what finds more the longer it runs.
 * `deno task test` tries some of them: it is to take less than two minutes (docs/decisions/0024).
 */
const WHOLE = Deno.env.has("WHOLE");

/** All cases, or each nth one, beginning with the first. */
export function someOf<Case>(cases: readonly Case[], nth: number): readonly Case[] {
  return WHOLE ? cases : cases.filter((_, index) => index % nth === 0);
}

/** How often something is tried. */
export function times(whole: number, some: number): number {
  return WHOLE ? whole : some;
}

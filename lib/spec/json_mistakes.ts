// Patterns take time on the way to the command, so they are made when a text is wrong.

/** The whole text is something else: what people put where JSON belongs. */
const wholes = (): readonly (readonly [RegExp, string])[] => [
  [/^map\[/, "it is a Go map, as a template prints an object without toJson"],
  [/^\{\{/, "it is a template expression that nobody has rendered"],
  [/^\$[({]/, "it is the name of a variable that nobody has replaced by its value"],
  [/^'.*'$/s, "it stands in single quotes that are part of the value: remove them"],
  [/^["'`]?\{\s*\\"/, "its quotes have backslashes before them: it was quoted once too often"],
  [/^`/, "it stands in backquotes that are part of the value: remove them"],
  [/^(---|- |[\w-]+\s*:(\s|$))/, "it is YAML, and a spec is JSON"],
  [/^"\w+"\s*:/, "the braces { } around it are missing"],
  [/^(eyJ|ewo|ewog)[\w+/]*={0,2}$/, "it is base64, and a spec is plain JSON"],
  [/^[@/.][\w./-]*$/, "it is the path of a file, and the variable holds the spec itself"],
];

/** What stands at the place where the text breaks off. */
const places = (): readonly (readonly [RegExp, string])[] => [
  [/[\u201c-\u201f\u2018-\u201b\u00ab\u00bb\uff02]/y, 'a typographic quote: JSON wants "'],
  [/[\u00a0\u2000-\u200b\u202f\u3000\ufeff]/y, "a space that is no plain one (U+00A0 or its kin)"],
  [/'/y, 'a single quote: JSON wants "'],
  [/\/\/|\/\*|#/y, "a comment, and JSON has none"],
  [/\{\{/y, "a template expression that nobody has rendered"],
  [/\$[({]/y, "a variable that nobody has replaced by its value"],
  [/map\[/y, "a Go map, as a template prints an object without toJson"],
  [/(True|TRUE|False|FALSE)\b/y, "JSON writes true and false"],
  [/(None|nil|undefined|NULL|Null|~)(?!\w)/y, "JSON writes null"],
  [/[A-Za-z_][\w.-]*\s*:/y, "a key without quotes"],
  [/[A-Za-z_][\w.-]*/y, "a word without quotes"],
  [/=/y, 'JSON has ":" between a key and its value'],
  [/;/y, 'JSON has "," between values'],
];

/** What a whole text is instead of JSON, if that is known. */
export function mistakeOf(text: string): string | undefined {
  return wholes().find(([pattern]) => pattern.test(text))?.[1];
}

/** What stands at a place where something else should, if that is known. */
export function mistakeAt(text: string, offset: number): string | undefined {
  return places().find(([pattern]) => {
    pattern.lastIndex = offset;
    return pattern.test(text);
  })?.[1];
}

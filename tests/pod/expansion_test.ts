/** The cases are those of the kubelet's own test: kubernetes third_party/forked/golang/expansion. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { escape, expand } from "../../lib/pod/expansion.ts";

const VARIABLES: ReadonlyMap<string, string> = new Map([
  ["VAR_A", "A"],
  ["VAR_B", "B"],
  ["VAR_C", "C"],
  ["VAR_REF", "$(VAR_A)"],
  ["VAR_EMPTY", ""],
]);

const valueOf = (name: string) => VARIABLES.get(name);

/** What it is a case of, a value, and what becomes of it. */
const CASES: readonly (readonly [what: string, value: string, expanded: string])[] = [
  ["a whole value", "$(VAR_A)", "A"],
  ["twice", "$(VAR_A)-$(VAR_A)", "A-A"],
  ["at the beginning", "$(VAR_A)-1", "A-1"],
  ["in the middle", "___$(VAR_B)___", "___B___"],
  ["at the end", "___$(VAR_C)", "___C"],
  ["several", "$(VAR_A)_$(VAR_B)_$(VAR_C)", "A_B_C"],
  ["an escaped one and another", "$$(VAR_B)_$(VAR_A)", "$(VAR_B)_A"],
  ["two escaped ones", "$$(VAR_A)_$$(VAR_B)", "$(VAR_A)_$(VAR_B)"],
  ["an escaped dollar", "f000-$$VAR_A", "f000-$VAR_A"],
  ["a backslash, which escapes nothing", "foo\\$(VAR_C)bar", "foo\\Cbar"],
  ["two backslashes", "foo\\\\$(VAR_C)bar", "foo\\\\Cbar"],
  ["many backslashes", "foo\\\\\\\\$(VAR_A)bar", "foo\\\\\\\\Abar"],
  ["one inside of another", "$(VAR_A$(VAR_B))", "$(VAR_A$(VAR_B))"],
  ["one inside of another that is not closed", "$(VAR_A$(VAR_B)", "$(VAR_A$(VAR_B)"],
  ["a value that is a reference", "$(VAR_REF)", "$(VAR_A)"],
  ["the same twice", "%%$(VAR_REF)--$(VAR_REF)%%", "%%$(VAR_A)--$(VAR_A)%%"],
  ["an empty value", "foo$(VAR_EMPTY)bar", "foobar"],
  ["one that is not closed", "foo$(VAR_Awhoops!", "foo$(VAR_Awhoops!"],
  ["no dollar", "f00__(VAR_A)__", "f00__(VAR_A)__"],
  ["a shell's own variables", "$?_boo_$!", "$?_boo_$!"],
  ["no brackets", "$VAR_A", "$VAR_A"],
  ["an unknown variable", "$(VAR_DNE)", "$(VAR_DNE)"],
  ["six dollars and an unknown variable", "$$$$$$(BIG_MONEY)", "$$$(BIG_MONEY)"],
  ["six dollars and a known one", "$$$$$$(VAR_A)", "$$$(VAR_A)"],
  ["seven dollars and an unknown variable", "$$$$$$$(GOOD_ODDS)", "$$$$(GOOD_ODDS)"],
  ["seven dollars and a known one", "$$$$$$$(VAR_A)", "$$$A"],
  ["no opening bracket", "$VAR_A)", "$VAR_A)"],
  ["a shell's brackets", "${VAR_A}", "${VAR_A}"],
  ["one that breaks off", "$(VAR_B)_______$(A", "B_______$(A"],
  ["one that breaks off at once", "$(VAR_C)_______$(", "C_______$("],
  ["a dollar at the end", "$(VAR_A)foobarzab$", "Afoobarzab$"],
  ["a backslash before one that breaks off", "foo-\\$(VAR_A", "foo-\\$(VAR_A"],
  ["many that break off, in the middle", "--$($($($($--", "--$($($($($--"],
  ["many that break off, at the beginning", "$($($($($--foo$(", "$($($($($--foo$("],
  ["many that break off, at the end", "foo0--$($($($(", "foo0--$($($($("],
  ["dollars in a name", "$(foo$$var)", "$(foo$$var)"],
  ["a line's end", "\n", "\n"],
];

for (const [what, value, expanded] of CASES) {
  Deno.test(`references in a variable: ${what}`, () => {
    assertEquals(expand(value, valueOf), expanded);
  });
}

Deno.test("what is escaped comes out as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."$()\\VAR_") }), (text) => {
      assertEquals(expand(escape(text), () => "replaced"), text);
    }),
  );
});

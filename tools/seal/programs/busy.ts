// Fills V8's heap with what no other program has, so that what is still the same is nobody's own.
const kept = new Map(Array.from({ length: 5_000 }, (_, n) => [`entry ${n}`, { n, half: n / 3 }]));
const copy = structuredClone(kept);
const text = new TextDecoder().decode(new TextEncoder().encode(JSON.stringify([...copy])));
setInterval(
  () => console.log(text.length, kept.size, new URL("http://localhost/").href),
  100_000_000,
);

import { assertEquals } from "@std/assert";
import { imageArchive } from "../../tools/image_archive.ts";

const content = new TextEncoder().encode("#!program\n");

Deno.test("an image of equal files has equal bytes", async () => {
  const make = () =>
    imageArchive("koordinator:latest", [{ name: "bin/koordinator", mode: 0o755, content }], {});
  assertEquals(await make(), await make());
});

Deno.test("tar reads the image's layer: the executable alone, mode 0755", async () => {
  const folder = await Deno.makeTempDir();
  const file = { name: "bin/koordinator", mode: 0o755, content };
  await Deno.writeFile(`${folder}/image.tar`, await imageArchive("koordinator:latest", [file], {}));
  const script = 'cd "$1" && tar -xf image.tar && tar -tvf $(ls | grep -v image | grep tar$)';
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script, "sh", folder] }).output();
  const listing = new TextDecoder().decode(stdout).trim();
  assertEquals(listing.replace(/\s+/g, " "), "-rwxr-xr-x 0/0 10 1970-01-01 00:00 bin/koordinator");
  await Deno.remove(folder, { recursive: true });
});

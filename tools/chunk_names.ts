/** The modules of a bundle, by file name. */
export type Modules = ReadonlyMap<string, string>;

/** `chunk-4OEBYCHN.js`: what the bundler calls a module that others share or load later. */
const HASHED = /\b(\w+)-[0-9A-Z]{8}\.js\b/g;

/**
 * Gives modules names that come from their contents alone. The bundler's own depend on where the
 * sources and the packages lie, so that the same program would have other bytes in another folder.
 */
export function nameByContent(modules: Modules): Modules {
  const anonymous = (text: string) => text.replaceAll(HASHED, "$1.js");
  const order = [...modules].map(([name, text]) => ({
    name,
    key: anonymous(name) + anonymous(text),
  }))
    .sort((a, b) => a.key < b.key ? -1 : 1);
  const names = new Map(order.map(({ name }, index) => {
    const number = String(index).padStart(2, "0");
    return [name, name.replace(HASHED, `$1-${number}.js`)];
  }));
  const renamed = (text: string) => text.replaceAll(HASHED, (name) => names.get(name) ?? name);
  return new Map([...modules].map(([name, text]) => [renamed(name), renamed(text)]));
}

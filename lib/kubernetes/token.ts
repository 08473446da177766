/** client-go's NewCachedFileTokenSource: a period of 60 s less a leeway of 10 s. */
const REREAD_AFTER_MS = 50_000;

/** Gives the bearer token of the moment. */
export interface TokenSource {
  /** The token; throws only if none could ever be read. */
  read(): string;
  /** Forgets how fresh the token is, after a 401: the next `read` looks at the file again. */
  expire(): void;
}

/**
 * A token kept for 50 s. A file that is empty or unreadable for a moment (the kubelet swaps a
 * symbolic link) leaves the old token in use.
 *
 * @param readFile reads the token file
 * @param now milliseconds of any steady clock
 */
export function createTokenSource(
  readFile: () => string,
  now: () => number = () => performance.now(),
): TokenSource {
  let token: string | undefined;
  let readAt = -Infinity;
  return {
    read() {
      if (token !== undefined && now() - readAt < REREAD_AFTER_MS) return token;
      let fresh = "";
      try {
        fresh = readFile().trim();
      } catch (error) {
        if (token === undefined) throw error;
      }
      if (fresh === "") {
        if (token === undefined) throw new Error("the service account token file is empty");
        return token;
      }
      token = fresh;
      readAt = now();
      return token;
    },
    expire() {
      readAt = -Infinity;
    },
  };
}

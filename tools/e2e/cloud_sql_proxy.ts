/** The real Cloud SQL Auth Proxy, built from its Go module once. */
import { exists, onPath, output } from "./output.ts";

/** The version that the example names. */
export const CLOUD_SQL_PROXY_VERSION = "v2.26.3";

/**
 * Builds the proxy as a static executable, or takes it from the cache.
 * @param cache the folder that keeps what was built
 * @returns the executable's path
 * @throws {Error} when it isn't cached and there is no Go
 */
export async function cloudSqlProxy(cache: string): Promise<string> {
  const folder = `${cache}/cloud-sql-proxy-${CLOUD_SQL_PROXY_VERSION}`;
  const executable = `${folder}/cloud-sql-proxy`;
  if (await exists(executable)) return executable;
  if (!await onPath("go")) {
    throw new Error(
      `the Cloud SQL Auth Proxy ${CLOUD_SQL_PROXY_VERSION} has to be built and there is no "go" on ` +
        `the PATH: install Go (https://go.dev/doc/install, or your distribution's golang-go), or ` +
        `put the executable into ${folder}`,
    );
  }
  await Deno.mkdir(folder, { recursive: true });
  await output(
    [
      "go",
      "install",
      `github.com/GoogleCloudPlatform/cloud-sql-proxy/v2@${CLOUD_SQL_PROXY_VERSION}`,
    ],
    { env: { CGO_ENABLED: "0", GOBIN: folder } },
  );
  return executable;
}

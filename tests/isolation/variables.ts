// Variables that are meant for the command, with values that would end, change or mark what obeys them.

/** One case: what is set, in order. In a text U+DC00 + n stands for the byte n. */
export type Variables = readonly string[];

const MARK = "/mark.so";
const NOWHERE = "/no/such/place";
/** No UTF-8. */
const BYTES = "\udcff\udc80x";
/** A pipe that nobody writes to: whoever opens it waits for ever. */
const FIFO = "/hostile/fifo";
/** Libraries by the names of the C library's own, each of which leaves a mark. */
const LIBRARIES = "/hostile/libraries";

/** Each of these alone. */
const LOADER: Variables = [
  ...[MARK, `${MARK}:${MARK}`, `${NOWHERE}.so`, "", " ", BYTES, FIFO, "mark.so"].map((value) =>
    `LD_PRELOAD=${value}`
  ),
  ...[MARK, NOWHERE, BYTES, FIFO].map((value) => `LD_AUDIT=${value}`),
  ...[LIBRARIES, "/", ":", NOWHERE, BYTES].map((value) => `LD_LIBRARY_PATH=${value}`),
  ...["all", "libs", "help", "statistics", "garbage", BYTES].map((value) => `LD_DEBUG=${value}`),
  ...["1", "0", ""].map((value) => `LD_TRACE_LOADED_OBJECTS=${value}`),
  "LD_TRACE_PRELINKING=1",
  "LD_SHOW_AUXV=1",
  "LD_VERBOSE=1",
  "LD_WARN=1",
  "LD_BIND_NOW=1",
  "LD_BIND_NOT=1",
  "LD_DYNAMIC_WEAK=1",
  "LD_ASSUME_KERNEL=99.9.9",
  "LD_HWCAP_MASK=0",
  "LD_ORIGIN_PATH=/hostile",
  "LD_POINTER_GUARD=0",
  "LD_PREFER_MAP_32BIT_EXEC=1",
  "LD_USE_LOAD_BIAS=0",
];

const C_LIBRARY: Variables = [
  ...[
    "glibc.malloc.check=3",
    "glibc.malloc.perturb=170:glibc.malloc.tcache_count=0",
    "glibc.malloc.arena_max=1:glibc.malloc.mmap_threshold=1:glibc.malloc.mmap_max=0",
    "glibc.malloc.hugetlb=2",
    "glibc.cpu.hwcaps=-AVX2,-AVX,-SSE2,-ERMS",
    "glibc.cpu.x86_rep_movsb_threshold=1",
    "glibc.rtld.nns=99999999",
    "glibc.rtld.optional_static_tls=99999999999",
    "glibc.pthread.rseq=0",
    "glibc.pthread.mutex_spin_count=99999999",
    "glibc.malloc.check=2:glibc.malloc.check=garbage::=:",
    BYTES,
  ].map((value) => `GLIBC_TUNABLES=${value}`),
  "MALLOC_CHECK_=3",
  "MALLOC_PERTURB_=170",
  "MALLOC_TRACE=/hostile/trace",
  "MALLOC_ARENA_MAX=0",
  "MALLOC_TOP_PAD_=1073741824",
  "MALLOC_MMAP_THRESHOLD_=1",
  "MALLOC_MMAP_MAX_=0",
  ...["GCONV_PATH", "LOCPATH", "NLSPATH", "LANGUAGE", "OUTPUT_CHARSET", "TEXTDOMAINDIR"].flatMap(
    (name) => [`${name}=/hostile`, `${name}=${BYTES}`],
  ),
  ...["LANG", "LC_ALL", "LC_MESSAGES"].flatMap((name) => [`${name}=de_DE`, `${name}=/../hostile`]),
  "RES_OPTIONS=debug timeout:60 attempts:9 ndots:15",
  `RES_OPTIONS=${BYTES}`,
  "LOCALDOMAIN=invalid",
  "HOSTALIASES=/hostile/aliases",
  `HOSTALIASES=${FIFO}`,
  `RESOLV_HOST_CONF=${FIFO}`,
  "RESOLV_MULTI=garbage",
  "RESOLV_OVERRIDE_TRIM_DOMAINS=calhost",
  ...[`:${FIFO}`, FIFO, "garbage", "<+99>-99", BYTES, ""].map((value) => `TZ=${value}`),
  "TZDIR=/hostile",
  "TMPDIR=",
  "TMPDIR=relative",
  `TMPDIR=${BYTES}`,
  `TMPDIR=${NOWHERE}`,
  "TMPDIR=/etc/hosts",
  `GETCONF_DIR=${NOWHERE}`,
];

const RUNTIME: Variables = [
  ...[NOWHERE, "", "relative", BYTES].map((value) => `DENO_DIR=${value}`),
  ...["debug", "trace", "garbage=", BYTES].map((value) => `DENO_LOG=${value}`),
  ...["none", "system", "mozilla,system", BYTES].map((value) => `DENO_TLS_CA_STORE=${value}`),
  ...[NOWHERE, "", FIFO, BYTES].map((value) => `DENO_CERT=${value}`),
  ...[NOWHERE, FIFO, BYTES].flatMap((value) => [`SSL_CERT_FILE=${value}`, `SSL_CERT_DIR=${value}`]),
  "DENO_V8_FLAGS=--max-heap-size=1",
  "DENO_V8_FLAGS=--no-such-flag",
  "DENO_TRACE_PERMISSIONS=1",
  "DENO_AUDIT_PERMISSIONS=/hostile/audit",
  "DENO_NO_PROMPT=1",
  "DENO_COVERAGE_DIR=/hostile/coverage",
  "DENO_SERVE_ADDRESS=tcp:127.0.0.1:1",
  "DENO_USE_CGROUPS=1",
  "DENO_USR2_MEMORY_TRIM=1",
  "DENO_TOKIO_EVENT_INTERVAL=0",
  "DENO_TOKIO_GLOBAL_QUEUE_INTERVAL=0",
  "DENO_TOKIO_MAX_IO_EVENTS_PER_TICK=0",
  "DENO_TOKIO_METRICS=1",
  "DENO_UNSTABLE_FFI_TRACE_TURBO=1",
  "DENO_UNSTABLE_CRON_SOCK=unix:/hostile/cron",
  "DENO_KV_DEFAULT_PATH=/hostile/kv",
  "DENO_NO_FILTER_FRAMES=1",
  "DENO_INSPECT=127.0.0.1:1",
  "DENO_AUTH_TOKENS=garbage",
  "NODE_OPTIONS=--no-such-option",
  "NODE_DEBUG=*",
  "NODE_CHANNEL_FD=1",
  "NODE_UNIQUE_ID=1",
  "NODE_V8_COVERAGE=/hostile/coverage",
  `NODE_EXTRA_CA_CERTS=${FIFO}`,
  "NODE_TLS_REJECT_UNAUTHORIZED=0",
  `NODE_ICU_DATA=${NOWHERE}`,
  `ICU_DATA=${FIFO}`,
  "ICU_TIMEZONE_FILES_DIR=/hostile",
  "NO_COLOR=",
  "FORCE_COLOR=3",
  "CLICOLOR_FORCE=1",
  "COLORTERM=truecolor",
  `TERM=${BYTES}`,
  "RUST_BACKTRACE=full",
  "RUST_LIB_BACKTRACE=1",
  "RUST_LOG=trace",
  "RUST_LOG_STYLE=always",
  "RUST_MIN_STACK=1",
  "RUST_MIN_STACK=9999999999999999",
  "RUST_MIN_STACK=garbage",
  "TOKIO_WORKER_THREADS=0",
  "TOKIO_WORKER_THREADS=garbage",
  "RAYON_NUM_THREADS=garbage",
  "OTEL_DENO=true",
  "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1",
  "OTEL_EXPORTER_OTLP_PROTOCOL=garbage",
  "OTEL_RESOURCE_ATTRIBUTES=garbage",
  "SSLKEYLOGFILE=/hostile/keys",
  "OPENSSL_CONF=/hostile/fifo",
  "OPENSSL_ia32cap=0",
  "JSR_URL=garbage",
  "NPM_CONFIG_REGISTRY=garbage",
  "NPM_CONFIG_USERCONFIG=/hostile/fifo",
  ...["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "PWD"].flatMap((name) =>
    ["", "relative", NOWHERE, BYTES].map((value) => `${name}=${value}`)
  ),
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) =>
    [name, name.toLowerCase()].flatMap((each) =>
      ["http://127.0.0.1:1", "::garbage::", BYTES].map((value) => `${each}=${value}`)
    )
  ),
];

/** Names and values that no program expects. */
const ODD: readonly Variables[] = [
  ["no equals sign"],
  [""],
  ["="],
  ["=value"],
  [`${BYTES}=${BYTES}`],
  ["TWICE=1", "TWICE=2"],
  ["LD_PRELOAD=/mark.so", "LD_PRELOAD="],
  [`LONG=${"x".repeat(60_000)}`],
  Array.from({ length: 3000 }, (_, index) => `SERVICE_${index}_PORT=tcp://10.0.0.1:${index}`),
  [`PATH=${BYTES}:/`],
  [`PATH=/:${BYTES}`],
  ["PATH=relative:/"],
];

/** With companions: what they do together. */
const TOGETHER: readonly Variables[] = [
  ["LD_DEBUG=all", "LD_DEBUG_OUTPUT=/hostile/debug"],
  ["LD_PROFILE=libc.so.6", "LD_PROFILE_OUTPUT=/hostile"],
  ["LD_TRACE_LOADED_OBJECTS=1", "LD_VERBOSE=1", "LD_BIND_NOW=1", "LD_WARN=1"],
  ["LD_PRELOAD=libjemalloc.so.2", "MALLOC_CONF=abort:true,stats_print:true"],
  [
    `LD_PRELOAD=/usr/lib/${Deno.build.arch}-linux-gnu/faketime/libfaketime.so.1`,
    "FAKETIME=+10y",
  ],
  ["LD_PRELOAD=libfaketime.so.1", "LD_LIBRARY_PATH=/usr/lib", "FAKETIME=@1990-01-01 00:00:00"],
  ["OTEL_DENO=true", "OTEL_EXPORTER_OTLP_PROTOCOL=console"],
  ["DENO_TLS_CA_STORE=system", `SSL_CERT_FILE=${FIFO}`],
  ["DENO_LOG=trace", "RUST_LOG=trace", "NODE_DEBUG=*", "LD_DEBUG=all"],
];

/** Each of these is a case of its own. */
export const SINGLE: Variables = [...LOADER, ...C_LIBRARY, ...RUNTIME];

/** Each of these has several variables or an odd one. */
export const OTHER: readonly Variables[] = [...ODD, ...TOGETHER];

/**
 * The single ones, as many at once as have different names: what none of them does together, none does
 * alone, but for those that keep others from what they do.
 */
export function inBundles(): readonly Variables[] {
  const bundles: string[][] = [];
  const seen = new Map<string, number>();
  for (const variable of SINGLE) {
    const name = variable.slice(0, variable.indexOf("="));
    const turn = seen.get(name) ?? 0;
    seen.set(name, turn + 1);
    (bundles[turn] ??= []).push(variable);
  }
  return bundles;
}

/** The names of variables that stand in an executable, by how they begin. */
const NAMES =
  /(?:DENO|NODE|NPM|JSR|OTEL|RUST|SSL|TOKIO|LD|GLIBC|MALLOC|RES|RESOLV|LC|TZ|UV|ICU|V8|XDG|OPENSSL)_?[A-Z0-9_]*?(?=DENO_|NODE_|NPM_|OTEL_|RUST_|LD_|MALLOC_|[^A-Z0-9_])/g;

/** Every name that stands in an executable, with each of some values. */
export function everyName(executable: Uint8Array): readonly Variables[] {
  const text = new TextDecoder("latin1").decode(executable);
  const names = [...new Set([...text.matchAll(NAMES)].map(([name]) => name))]
    .filter((name) => name.length > 3 && name.length < 60);
  return ["1", "", NOWHERE, BYTES, FIFO].map((value) => names.map((name) => `${name}=${value}`));
}

const CLOCK_MONOTONIC = 1;

const { clock_gettime } =
  Deno.dlopen("libc.so.6", { clock_gettime: { parameters: ["i32", "buffer"], result: "i32" } })
    .symbols;

/** The kernel's monotonic clock in milliseconds, which every process has in common. */
export function monotonicMs(): number {
  const time = new BigInt64Array(2);
  clock_gettime(CLOCK_MONOTONIC, time);
  return Number(time[0]) * 1e3 + Number(time[1]) / 1e6;
}

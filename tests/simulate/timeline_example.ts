import { type Duration, milliseconds } from "../../lib/spec/duration.ts";
import { type Moment, timelineOf } from "../../lib/simulate/moment.ts";

const s = (value: number): Duration => milliseconds(value * 1_000);
const [proxy, main] = ["cloud-sql-proxy", "main-container"];

/** A main container that waits for its proxy, works, and takes the proxy along. */
export const MOMENTS: readonly Moment[] = [
  { at: s(0), kind: "launched", container: proxy, text: "its command is launched" },
  { at: s(0), kind: "held", container: main, note: `waits for ${proxy}`, text: "is held back" },
  { at: s(3), kind: "ready", container: proxy, text: "is ready" },
  {
    ...{ at: s(3), kind: "launched", container: main, because: { container: proxy, at: s(3) } },
    text: `its command is launched, since ${proxy} is ready`,
  },
  { at: s(3), kind: "ready", container: main, text: undefined },
  { at: s(13), kind: "ended", container: main, exitCode: 0, text: "ends with 0" },
  {
    ...{ at: s(13), kind: "stopping", container: proxy, signal: "SIGTERM" },
    because: { container: main, at: s(13) },
    text: `is asked to stop: SIGTERM, since ${main} has ended`,
  },
  { at: s(14), kind: "ended", container: proxy, exitCode: 0, text: "ends with 0" },
];

export const JOB = timelineOf(MOMENTS, {
  title: "Job example",
  lanes: [{ container: proxy, note: undefined }, { container: main, note: undefined }],
  length: s(15),
  outcome: { good: true, what: "Job complete" },
});

/** All that a picture can show, with names that are too long, and text that is no XML. */
export const ALL = timelineOf([
  { at: s(0), kind: "launched", container: "istio-proxy", text: "starts" },
  { at: s(0), kind: "held", container: "migrations", note: "waits for <istio> & co", text: "x" },
  { at: s(1), kind: "ready", container: "istio-proxy", text: undefined },
  {
    ...{ at: s(1), kind: "launched", container: "migrations", text: "starts" },
    because: { container: "istio-proxy", at: s(1) },
  },
  { at: s(2), kind: "ready", container: "migrations", text: undefined },
  { at: s(5), kind: "unready", container: "migrations", text: "fails its probe" },
  { at: s(20), kind: "pod", what: "API server away", until: s(35), text: undefined },
  { at: s(21), kind: "ended", exitCode: 1, container: "migrations", text: "ends with 1" },
  { at: s(21), kind: "backOff", container: "migrations", text: undefined },
  { at: s(31), kind: "launched", container: "migrations", text: "is started again" },
  { at: s(40), kind: "ended", exitCode: 0, container: "migrations", text: "ends with 0" },
  {
    ...{ at: s(41), kind: "launched", container: "a-name-that-is-far-too-long", text: "starts" },
    because: { container: "migrations", at: s(40) },
  },
  { at: s(60), kind: "pod", what: "pod deleted", until: undefined, text: "is deleted" },
  {
    ...{ at: s(60), kind: "stopping", signal: "SIGTERM", text: "is told to stop" },
    container: "a-name-that-is-far-too-long",
  },
  {
    ...{ at: s(72), kind: "ended", exitCode: 143, text: "ends with 143" },
    container: "a-name-that-is-far-too-long",
  },
  {
    ...{ at: s(78), kind: "stopping", signal: "SIGTERM", container: "istio-proxy", text: "\x07" },
    because: { container: "a-name-that-is-far-too-long", at: s(72) },
  },
  { at: s(90), kind: "killed", container: "istio-proxy", text: "is killed" },
  { at: s(90), kind: "ended", exitCode: 137, container: "istio-proxy", text: "ends with 137" },
], {
  title: "Deployment <shop>",
  lanes: [
    { container: "istio-proxy", note: "native sidecar" },
    { container: "migrations", note: undefined },
    { container: "a-name-that-is-far-too-long", note: "not under koordinator" },
  ],
  length: s(93),
  outcome: { good: false, what: "istio-proxy had to be killed" },
});

import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { podListSchema, watchEventSchema } from "../../lib/kubernetes/api_objects.ts";
import { podSchema } from "../../lib/pod/schema.ts";

Deno.test("of a real pod only what decisions need is kept", () => {
  const pod = v.parse(podSchema, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web-0",
      namespace: "shop",
      uid: "u",
      resourceVersion: "7",
      labels: { app: "web" },
      deletionTimestamp: "2030-01-01T00:00:00Z",
      deletionGracePeriodSeconds: 30,
    },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 30,
      nodeName: "node-1",
      containers: [{
        name: "main",
        image: "web:1",
        env: [{ name: "A", value: "1" }, { name: "B", valueFrom: { fieldRef: {} } }],
      }],
      initContainers: [{
        name: "proxy",
        restartPolicy: "Always",
        restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [42] } }],
      }],
    },
    status: {
      phase: "Running",
      conditions: [],
      containerStatuses: [{
        name: "main",
        ready: false,
        started: null,
        restartCount: 2,
        image: "web:1",
        imageID: "",
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
        lastState: { terminated: { exitCode: 3, reason: "Error", finishedAt: null, signal: 0 } },
      }],
    },
  });
  assertEquals(pod.metadata.deletionGracePeriodSeconds, 30);
  assertEquals(pod.spec?.containers?.[0]?.env?.[0], { name: "A", value: "1" });
  assertEquals(pod.spec?.initContainers?.[0]?.restartPolicyRules?.[0]?.exitCodes?.values, [42]);
  const main = pod.status?.containerStatuses?.[0];
  assertEquals(main?.state?.waiting?.reason, "CrashLoopBackOff");
  assertEquals(main?.lastState?.terminated?.exitCode, 3);
  assertEquals(JSON.stringify(pod).includes("image"), false);
});

for (const nothing of [null, undefined]) {
  Deno.test(`statuses that are ${nothing} are no statuses`, () => {
    const pod = v.parse(podSchema, {
      metadata: { name: "web-0" },
      spec: nothing,
      status: { phase: "Pending", containerStatuses: nothing },
    });
    assertEquals(pod.status?.containerStatuses, undefined);
    assertEquals(pod.spec, undefined);
  });
}

Deno.test("a list whose items are null is empty", () => {
  const list = v.parse(podListSchema, { metadata: { resourceVersion: "1" }, items: null });
  assertEquals(list.items, []);
});

Deno.test("the object of an ERROR is a status, never a pod", () => {
  const event = v.parse(watchEventSchema, {
    type: "ERROR",
    object: { kind: "Status", metadata: {}, code: 410, reason: "Expired", message: "too old" },
  });
  assertEquals(event.type === "ERROR" && event.object.code, 410);
});

Deno.test("an object that is no pod is refused", () => {
  assertEquals(v.is(podSchema, { kind: "Status", metadata: {} }), false);
  assertEquals(v.is(watchEventSchema, { type: "SURPRISE", object: {} }), false);
});

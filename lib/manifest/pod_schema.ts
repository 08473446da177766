import * as v from "valibot";
import { maybe } from "../pod/schema.ts";
import {
  anyObject,
  count,
  fields,
  flag,
  listOf,
  metadata,
  port,
  requiredText,
  text,
  texts,
  wholeSeconds,
  word,
} from "./field_schemas.ts";

// core/v1 PodTemplateSpec, as far as it is read.
// https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#podtemplatespec-v1-core

const restartPolicy = word("Always", "OnFailure", "Never");

const exec = maybe(fields({ command: texts }));

const probe = maybe(fields({
  exec,
  httpGet: maybe(fields({ port, path: text })),
  tcpSocket: maybe(fields({ port })),
  grpc: maybe(fields({ port: v.number("a port's number") })),
  initialDelaySeconds: wholeSeconds,
  periodSeconds: wholeSeconds,
  timeoutSeconds: wholeSeconds,
  failureThreshold: count,
  successThreshold: count,
}));

const handler = maybe(fields({
  exec,
  httpGet: maybe(anyObject),
  tcpSocket: maybe(anyObject),
  sleep: maybe(fields({ seconds: wholeSeconds })),
}));

const container = fields({
  name: requiredText,
  image: text,
  command: texts,
  args: texts,
  env: listOf(fields({ name: requiredText, value: text, valueFrom: maybe(anyObject) })),
  envFrom: listOf(fields({
    prefix: text,
    configMapRef: maybe(fields({ name: text })),
    secretRef: maybe(fields({ name: text })),
  })),
  volumeMounts: listOf(fields({
    name: requiredText,
    mountPath: requiredText,
    readOnly: flag,
    subPath: text,
  })),
  restartPolicy,
  restartPolicyRules: listOf(fields({
    action: requiredText,
    exitCodes: maybe(fields({
      operator: requiredText,
      values: maybe(v.array(v.number("an exit code"), "a list of exit codes")),
    })),
  })),
  readinessProbe: probe,
  livenessProbe: probe,
  startupProbe: probe,
  lifecycle: maybe(fields({ preStop: handler, postStart: handler, stopSignal: text })),
});

const podSpec = fields({
  restartPolicy,
  terminationGracePeriodSeconds: wholeSeconds,
  activeDeadlineSeconds: wholeSeconds,
  serviceAccountName: text,
  // Its name before Kubernetes 1.0, which the API server still takes.
  serviceAccount: text,
  automountServiceAccountToken: flag,
  shareProcessNamespace: flag,
  volumes: listOf(v.intersect([fields({ name: requiredText }), anyObject])),
  initContainers: listOf(container),
  containers: listOf(container),
});

/** A pod template: metadata and spec. */
export const podTemplateSchema = fields({ metadata, spec: podSpec });

/** What batch/v1 JobSpec adds. */
export const jobSchema = fields({
  backoffLimit: count,
  backoffLimitPerIndex: count,
  activeDeadlineSeconds: wholeSeconds,
  podFailurePolicy: maybe(fields({
    rules: listOf(fields({
      action: v.picklist(
        ["FailJob", "FailIndex", "Ignore", "Count"],
        "FailJob, FailIndex, Ignore, Count",
      ),
      onExitCodes: maybe(fields({
        containerName: text,
        operator: v.picklist(["In", "NotIn"], "In, NotIn"),
        values: v.array(v.number("an exit code"), "a list of exit codes"),
      })),
    })),
  })),
});

/** A pod template as it was written, with all fields that are read. */
export type RawTemplate = v.InferOutput<typeof podTemplateSchema>;
/** A container as it was written. */
export type RawContainer = v.InferOutput<typeof container>;
/** A probe as it was written. */
export type RawProbe = NonNullable<v.InferOutput<typeof probe>>;
/** What a Job says of its pods, as it was written. */
export type RawJob = v.InferOutput<typeof jobSchema>;

{{/* Image of the worker. Expects a dict with tag and digest, which may be empty, and the root as "root". */}}
{{- define "dynamo-bench.imageOf" -}}
{{- $image := .root.Values.image -}}
{{- if .digest -}}
{{ $image.repository }}@{{ .digest }}
{{- else -}}
{{ $image.repository }}:{{ .tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* Image of the release. */}}
{{- define "dynamo-bench.image" -}}
{{ include "dynamo-bench.imageOf" (dict "root" . "tag" .Values.image.tag "digest" .Values.image.digest) }}
{{- end }}

{{/* Id of the build that the release deploys: a name that Temporal shows. */}}
{{- define "dynamo-bench.buildId" -}}
{{ .Values.worker.versioning.buildId | default (.Values.image.digest | trimPrefix "sha256:" | trunc 12) | default .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "dynamo-bench.temporal.address" -}}
{{- if .Values.temporal.devServer.enabled -}}
{{- if .Values.temporal.address }}{{ fail "temporal.address and temporal.devServer.enabled are both set. Set one of them." }}{{ end -}}
{{ .Release.Name }}-temporal.{{ include "dynamo-bench.worker.namespace" . }}.svc:7233
{{- else -}}
{{ required "Set temporal.address to the address of your Temporal server (host:port), or temporal.devServer.enabled=true for a trial." .Values.temporal.address }}
{{- end -}}
{{- end }}

{{/* Name of the Secret with the password of the bundled PostgreSQL. */}}
{{- define "dynamo-bench.postgres.secret" -}}
{{ .Values.store.bundled.passwordSecret | default (printf "%s-postgres" .Release.Name) }}
{{- end }}

{{/* Whether the pods that use the store mount the volume of the results: "yes" or "". */}}
{{- define "dynamo-bench.usesVolume" -}}
{{- if eq .Values.store.kind "sqlite" }}yes{{ end -}}
{{- end }}

{{/* Environment of every container that runs dynamo-bench: Temporal and the store. */}}
{{- define "dynamo-bench.env" -}}
{{- $temporal := .Values.temporal -}}
- name: TEMPORAL_ADDRESS
  value: {{ include "dynamo-bench.temporal.address" . | quote }}
- name: TEMPORAL_NAMESPACE
  value: {{ $temporal.namespace | quote }}
- name: TASK_QUEUE
  value: {{ .Values.worker.taskQueue | quote }}
{{- if $temporal.apiKeySecret.name }}
- name: TEMPORAL_API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ $temporal.apiKeySecret.name | quote }}
      key: {{ $temporal.apiKeySecret.key | quote }}
{{- end }}
{{- if $temporal.tls.enabled }}
- name: TEMPORAL_TLS
  value: "true"
{{- with $temporal.tls.serverName }}
- name: TEMPORAL_TLS_SERVER_NAME
  value: {{ . | quote }}
{{- end }}
{{- if $temporal.tls.secret }}
{{- if $temporal.tls.clientCertificate }}
- name: TEMPORAL_TLS_CLIENT_CERT_PATH
  value: /secrets/temporal/tls.crt
- name: TEMPORAL_TLS_CLIENT_KEY_PATH
  value: /secrets/temporal/tls.key
{{- end }}
{{- if $temporal.tls.serverCa }}
- name: TEMPORAL_TLS_SERVER_CA_CERT_PATH
  value: /secrets/temporal/ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- if .Values.payloadKey.secret }}
- name: PAYLOAD_KEY_FILE
  value: /secrets/payload/{{ .Values.payloadKey.key }}
{{- end }}
- name: RESULTS_DIR
  value: /results
{{- if eq .Values.store.kind "postgres" }}
- name: RESULTS_URL
  valueFrom:
    secretKeyRef:
      name: {{ required "Set store.postgres.urlSecret.name to the Secret with the URL of the database." .Values.store.postgres.urlSecret.name | quote }}
      key: {{ .Values.store.postgres.urlSecret.key | quote }}
{{- else if eq .Values.store.kind "bundled" }}
- name: POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "dynamo-bench.postgres.secret" . | quote }}
      key: password
- name: RESULTS_URL
  value: postgres://dynamo_bench:$(POSTGRES_PASSWORD)@{{ .Release.Name }}-postgres.{{ include "dynamo-bench.worker.namespace" . }}.svc/dynamo_bench
{{- end }}
{{- end }}

{{- define "dynamo-bench.volumeMounts" -}}
- name: results
  mountPath: /results
- name: tmp
  mountPath: /tmp
{{- if and .Values.temporal.tls.enabled .Values.temporal.tls.secret }}
- name: temporal-tls
  mountPath: /secrets/temporal
  readOnly: true
{{- end }}
{{- if .Values.payloadKey.secret }}
- name: payload-key
  mountPath: /secrets/payload
  readOnly: true
{{- end }}
{{- end }}

{{- define "dynamo-bench.volumes" -}}
- name: results
{{- if include "dynamo-bench.usesVolume" . }}
  persistentVolumeClaim:
    claimName: {{ .Values.store.sqlite.existingClaim | default (printf "%s-results" .Release.Name) | quote }}
{{- else }}
  # Reports are rendered again from the database.
  emptyDir: {}
{{- end }}
- name: tmp
  emptyDir: {}
{{- if and .Values.temporal.tls.enabled .Values.temporal.tls.secret }}
- name: temporal-tls
  secret:
    secretName: {{ .Values.temporal.tls.secret | quote }}
    defaultMode: 0440
{{- end }}
{{- if .Values.payloadKey.secret }}
- name: payload-key
  secret:
    secretName: {{ .Values.payloadKey.secret | quote }}
    # The group of the pod reads the key. The worker refuses a key that every user can read.
    defaultMode: 0440
{{- end }}
{{- end }}

{{/*
Part of a pod spec that all pods share. The pods that mount the volume of SQLite run on one node: the volume is
ReadWriteOnce, and SQLite needs the shared memory of one machine. The first pod chooses the node.
*/}}
{{- define "dynamo-bench.placement" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if include "dynamo-bench.usesVolume" . }}
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "dynamo-bench.selectorLabels" . | nindent 12 }}
            dynamo-bench/results: "true"
{{- end }}
{{- end }}

{{/* Labels of a pod. Expects a dict with root and component, and "results" for a pod that mounts the results. */}}
{{- define "dynamo-bench.podLabels" -}}
{{ include "dynamo-bench.selectorLabels" .root }}
app.kubernetes.io/component: {{ .component }}
{{- if .results }}
dynamo-bench/results: "true"
{{- end }}
{{- end }}

{{/*
Pod template of a short command of dynamo-bench. Expects a dict with root, component, args; "account" gives it the
permissions of the worker.
*/}}
{{- define "dynamo-bench.commandPod" -}}
metadata:
  labels:
    {{- include "dynamo-bench.podLabels" (dict "root" .root "component" .component "results" true) | nindent 4 }}
spec:
  restartPolicy: OnFailure
  serviceAccountName: {{ ternary (include "dynamo-bench.worker.name" .root) "default" (default false .account) }}
  automountServiceAccountToken: {{ default false .account }}
  {{- include "dynamo-bench.placement" .root | nindent 2 }}
  securityContext:
    {{- include "dynamo-bench.podSecurityContext" .root | nindent 4 }}
  containers:
    - name: {{ .component }}
      image: {{ include "dynamo-bench.image" .root | quote }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      command: ["node", "dist/cli/main.js"]
      args: {{ toJson .args }}
      env:
        {{- include "dynamo-bench.env" .root | nindent 8 }}
      resources:
        {{- toYaml .root.Values.commandResources | nindent 8 }}
      securityContext:
        {{- include "dynamo-bench.securityContext" .root | nindent 8 }}
      volumeMounts:
        {{- include "dynamo-bench.volumeMounts" .root | nindent 8 }}
        {{- if .schedules }}
        - name: schedules
          mountPath: /schedules
          readOnly: true
        {{- end }}
  volumes:
    {{- include "dynamo-bench.volumes" .root | nindent 4 }}
    {{- if .schedules }}
    - name: schedules
      configMap:
        name: {{ .root.Release.Name }}-schedules
    {{- end }}
{{- end }}

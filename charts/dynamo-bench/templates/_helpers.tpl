{{/* Namespace of the worker. */}}
{{- define "dynamo-bench.worker.namespace" -}}
{{ required "Set namespaces.worker to the namespace of the worker." .Values.namespaces.worker }}
{{- end }}

{{/* Namespace in which the worker creates its pods. */}}
{{- define "dynamo-bench.benchmark.namespace" -}}
{{- $name := required "Set namespaces.benchmark to the namespace of the benchmarks." .Values.namespaces.benchmark -}}
{{- if eq $name .Values.namespaces.worker -}}
{{- fail "namespaces.benchmark and namespaces.worker are the same. Choose two namespaces: the benchmarks need Pod Security \"privileged\", and the worker must not run there." -}}
{{- end -}}
{{ $name }}
{{- end }}

{{/* Namespace of the node locks. */}}
{{- define "dynamo-bench.leases.namespace" -}}
{{ .Values.namespaces.leases | default (include "dynamo-bench.benchmark.namespace" .) }}
{{- end }}

{{/* Name of the worker's Deployment, service account and permissions. */}}
{{- define "dynamo-bench.worker.name" -}}
{{ .Release.Name }}-worker
{{- end }}

{{/* Name of the service account of the pods that the worker creates. It has no permission. */}}
{{- define "dynamo-bench.benchmark.serviceAccountName" -}}
{{ .Release.Name }}-benchmark
{{- end }}

{{/* Labels of every object of the chart. */}}
{{- define "dynamo-bench.labels" -}}
{{ include "dynamo-bench.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Labels that select the pods of the chart; a workload adds app.kubernetes.io/component. */}}
{{- define "dynamo-bench.selectorLabels" -}}
app.kubernetes.io/name: dynamo-bench
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Security context of a pod of the chart, for Pod Security "restricted". */}}
{{- define "dynamo-bench.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
# Volumes with many files start faster, because their owner is changed only once.
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* Security context of a container of the chart, for Pod Security "restricted". Mount an emptyDir at /tmp. */}}
{{- define "dynamo-bench.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: ["ALL"]
{{- end }}
